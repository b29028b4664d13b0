/** For tests against a real cluster: a job on a Flink queue, its supervisor as a process of its own, numbers in Kafka, and the rows that came out. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { call, type FlinkCluster } from '../../e2e/servers/flink.ts';
import { connectionConfigSchema } from '../contract/connections.ts';
import type { JobType } from '../contract/job.ts';
import type { JobOptionsPatch } from '../contract/job-options.ts';
import { createJobFixture, type JobFixture, until } from './supervisor-fixture.ts';

export const CLUSTER = 'cluster';

export async function createFlinkJob(
  cluster: Pick<FlinkCluster, 'rest' | 'gateway'>,
  sql: string,
  options: JobOptionsPatch,
  type: JobType = 'flink_opensource_sql_job',
) {
  const fixture = await createJobFixture(sql, { queueName: CLUSTER, checkpointIntervalSeconds: 1, ...options });
  const { client } = fixture.opened;
  const { projectId } = await client.job.update({ where: { id: fixture.jobId }, data: { queueName: CLUSTER, type } });
  const config = connectionConfigSchema.parse({ kind: 'flink', jobManagerUrl: cluster.rest, gatewayUrl: cluster.gateway });
  await client.connection.create({ data: { projectId, name: CLUSTER, kind: 'flink', configJson: JSON.stringify(config) } });
  return fixture;
}

export function startSupervisor(dataDir: string): ChildProcess {
  return fork('server/supervisor/main.ts', [], {
    env: { ...process.env, TIDEMARK_DATA_DIR: dataDir, TIDEMARK_LAUNCH_SECRET: 'test' },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', process.env.SHOW ? 'inherit' : 'ignore', 'ipc'],
  });
}

export async function endSupervisor(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await over;
}

export const jobOf = (fixture: JobFixture) => fixture.opened.client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
export const runsOf = (fixture: JobFixture) => fixture.opened.client.run.findMany({ orderBy: { number: 'asc' } });
export const snapshotsOf = (fixture: JobFixture) => fixture.opened.client.snapshot.findMany({ orderBy: { createdAt: 'asc' } });
export const eventsOf = (fixture: JobFixture) => fixture.opened.client.jobEvent.findMany({ orderBy: { id: 'asc' } });

export const hasStatus = (fixture: JobFixture, status: string, timeoutMs = 60_000) =>
  until(
    `the job is ${status}`,
    () => jobOf(fixture),
    (job) => job.status === status,
    timeoutMs,
  );

/** Numbers as JSON, spread over the partitions of a topic. */
export class Numbers {
  readonly topic: string;
  readonly #kafka: Kafka;
  sent = 0;

  constructor(brokers: string, topic: string) {
    this.topic = topic;
    this.#kafka = new Kafka({ clientId: 'flink-test', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  }

  async create(partitions: number): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: this.topic, numPartitions: partitions }], waitForLeaders: true });
    await admin.disconnect();
  }

  async send(count: number): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: count }, (_, index) => ({
      key: String(index),
      value: JSON.stringify({ n: this.sent + index + 1 }),
    }));
    await producer.send({ topic: this.topic, messages });
    await producer.disconnect();
    this.sent += count;
  }
}

/** From Kafka to files, each number once; a count by tens is the state. */
export const numbersSql = (brokers: string, topic: string) => `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${brokers}',
  'properties.group.id' = 'test-${topic}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE copies (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'obs://results/copies', 'format' = 'csv',
  'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '500 ms');
CREATE TABLE tens (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET;
INSERT INTO copies SELECT n FROM numbers;
INSERT INTO tens SELECT MOD(n, 10), COUNT(*) FROM numbers GROUP BY MOD(n, 10);
END;`;

/** Numbers in committed files, sorted. */
export function copiesOf(fixture: JobFixture): number[] {
  const folder = join(fixture.dataDir, 'objects', 'results', 'copies');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !/(^|\/)[._]/.test(name));
  const lines = names.flatMap((name) => {
    try {
      return readFileSync(join(folder, name), 'utf8').split('\n');
    } catch {
      // A folder.
      return [];
    }
  });
  return lines
    .filter((line) => line !== '')
    .map(Number)
    .sort((a, b) => a - b);
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** As the JobManager lists it. */
export interface ListedJob {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
}

/** Every job of ours that the cluster remembers. */
export async function jobsIn(cluster: Pick<FlinkCluster, 'rest'>, fixture: JobFixture): Promise<ListedJob[]> {
  const { jobs } = await call<{ jobs: ListedJob[] }>('GET', `${cluster.rest}/jobs/overview`);
  return jobs.filter((job) => job.name.includes(`[tidemark ${fixture.jobId} `));
}

export const liveJobs = async (cluster: Pick<FlinkCluster, 'rest'>, fixture: JobFixture): Promise<ListedJob[]> =>
  (await jobsIn(cluster, fixture)).filter((job) => !/^(FINISHED|CANCELED|FAILED)$/.test(job.state));

export const madeCheckpoint = (fixture: JobFixture, run: number) =>
  until(
    `a checkpoint of run ${run}`,
    () => snapshotsOf(fixture),
    (all) => all.some((one) => one.runNumber === run && one.kind === 'checkpoint'),
    120_000,
  );

export const copiedAll = (fixture: JobFixture, numbers: Numbers) =>
  until(
    `all ${numbers.sent} numbers are copied`,
    async () => copiesOf(fixture),
    (all) => all.length >= numbers.sent,
    120_000,
  );
