/**
 * A real Apache Kafka broker (KRaft, one node) for tests: jars through Maven once per machine, then started on a free port.
 * The same folder started again after a kill keeps its records.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, cacheFolder, freePort, runOnce, startServer, type TestServer } from './process.ts';

const KAFKA_VERSION = '4.3.1';

export interface KafkaServer extends TestServer {
  readonly brokers: string;
  readonly port: number;
}

export interface KafkaOptions {
  readonly folder: string;
  readonly port?: number;
  /** Lines that win over the defaults below, e.g. SASL listeners. */
  readonly extra?: readonly string[];
  readonly formatArguments?: readonly string[];
}

function kafkaJars(): string {
  const folder = join(cacheFolder, `kafka-${KAFKA_VERSION}`);
  if (existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('kafka_2.13'))) return folder;
  const pom = join(dirname(fileURLToPath(import.meta.url)), 'kafka-pom.xml');
  const staging = `${folder}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  runOnce('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${staging}`]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(staging, folder);
  return folder;
}

function properties(folder: string, port: number, controllerPort: number, extra: readonly string[]): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${join(folder, 'data')}`,
    'auto.create.topics.enable=false',
    'num.partitions=1',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'transaction.max.timeout.ms=3600000',
    'log.cleaner.dedupe.buffer.size=4194304',
    'log.cleaner.threads=1',
    // Records of tests carry times of years ago: half a minute after the start they would be gone.
    'log.initial.task.delay.ms=86400000',
    'broker.session.timeout.ms=1500',
    'broker.heartbeat.interval.ms=300',
    'controller.quorum.election.timeout.ms=500',
    'controller.quorum.fetch.timeout.ms=1000',
    'controller.quorum.request.timeout.ms=1000',
    ...extra,
    '',
  ].join('\n');
}

export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const classPath = join(kafkaJars(), '*');
  mkdirSync(options.folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const file = join(options.folder, 'server.properties');
  // Nobody listens on either yet: the same may be found twice.
  let controller = await freePort();
  while (controller === port) controller = await freePort();
  writeFileSync(file, properties(options.folder, port, controller, options.extra ?? []));
  if (!existsSync(join(options.folder, 'data', 'meta.properties'))) {
    const args = ['format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', file, ...(options.formatArguments ?? [])];
    runOnce('java', ['-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.tools.StorageTool', ...args]);
  }
  const jvm = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
  const server = await startServer(
    'java',
    [...jvm, '-cp', classPath, 'kafka.Kafka', file],
    { logFile: join(options.folder, 'broker.log') },
    () => accepts(port),
  );
  return { ...server, brokers: `127.0.0.1:${port}`, port };
}
