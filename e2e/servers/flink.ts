/**
 * A real Apache Flink for comparisons and tests (its files: flink-home.ts): a JobManager, a TaskManager with two slots and a SQL Gateway on free loopback
 * ports. Driven by the gateway's and the JobManager's REST interfaces.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type FlinkVersion, flinkHome, kafkaConnector } from './flink-home.ts';
import { freePort, runOnce } from './process.ts';

export type FlinkPart = 'jobmanager' | 'taskmanager' | 'sql-gateway';

export interface FlinkCluster {
  /** Address of the JobManager's REST interface. */
  readonly rest: string;
  readonly gateway: string;
  readonly taskManagerPid: number;
  /** SIGKILL, as a crash would. */
  kill(part: FlinkPart): Promise<void>;
  /** After a kill, at the same addresses; resolves when it answers. */
  start(part: FlinkPart): Promise<void>;
  stop(): Promise<void>;
}

export interface FlinkOptions {
  /** Default 2.3.0. */
  readonly version?: FlinkVersion;
  /** Memory of the TaskManager's process. Default 8g, as the benchmarks have it. */
  readonly taskManagerMemory?: string;
  readonly slots?: number;
  /** Each process gets an empty disk of its own there, as on machines that share none. Linux, as root. */
  readonly ownDisk?: string;
  /** Of one cluster; a gateway alone is one of a cluster that is elsewhere. Default: all. */
  readonly parts?: readonly FlinkPart[];
  /** The Kafka connector in lib/. */
  readonly hasKafka?: boolean;
  /** More lines of config.yaml. */
  readonly configuration?: string;
}

interface Ports {
  readonly rest: number;
  readonly gateway: number;
  readonly rpc: number;
  readonly blob: number;
}

function configuration(home: string, folder: string, ports: Ports, options: FlinkOptions): string {
  const shipped = readFileSync(join(home, 'conf', 'config.yaml'), 'utf8');
  const javaOptions = /^ *all: (.*)$/m.exec(shipped)?.[1] ?? '';
  return `env:
  java:
    opts:
      all: ${javaOptions}
  log.dir: ${folder}/log
  pid.dir: ${folder}/pid
jobmanager:
  bind-host: 127.0.0.1
  rpc.address: 127.0.0.1
  rpc.port: ${ports.rpc}
  memory.process.size: 1024m
taskmanager:
  bind-host: 127.0.0.1
  host: 127.0.0.1
  numberOfTaskSlots: ${options.slots ?? 2}
  memory.process.size: ${options.taskManagerMemory ?? '8g'}
  memory.managed.fraction: 0.1
  memory.network.min: 64mb
  memory.network.max: 256mb
rest:
  address: 127.0.0.1
  bind-address: 127.0.0.1
  port: ${ports.rest}
  bind-port: "${ports.rest}"
sql-gateway:
  endpoint.rest.address: 127.0.0.1
  endpoint.rest.bind-address: 127.0.0.1
  endpoint.rest.port: ${ports.gateway}
  endpoint.rest.bind-port: "${ports.gateway}"
blob.server.port: "${ports.blob}"
parallelism.default: 1
web.refresh-interval: 100ms
io.tmp.dirs: ${folder}/tmp
execution.checkpointing:
  dir: file://${folder}/checkpoints
  savepoint-dir: file://${folder}/savepoints
${options.configuration ?? ''}`;
}

async function until(what: string, test: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await test().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not start within 60 s`);
}

function pidOf(folder: string, name: string): number {
  const file = readdirSync(join(folder, 'pid')).find((one) => one.includes(name));
  if (!file) throw new Error(`Flink wrote no pid file for ${name}`);
  return Number(
    readFileSync(join(folder, 'pid', file), 'utf8')
      .trim()
      .split('\n')
      .pop(),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function endAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGTERM');
  for (let i = 0; i < 100 && pids.some(isAlive); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

const SCRIPTS: Readonly<Record<FlinkPart, { readonly script: string; readonly process: string }>> = {
  jobmanager: { script: 'jobmanager.sh', process: 'standalonesession' },
  taskmanager: { script: 'taskmanager.sh', process: 'taskexecutor' },
  'sql-gateway': { script: 'sql-gateway.sh', process: 'sql-gateway' },
};

export async function startFlink(folder: string, options: FlinkOptions = {}): Promise<FlinkCluster> {
  const version = options.version ?? '2.3.0';
  const home = flinkHome(version);
  const ports: Ports = { rest: await freePort(), gateway: await freePort(), rpc: await freePort(), blob: await freePort() };
  for (const name of ['conf', 'log', 'pid', 'tmp', 'checkpoints', 'savepoints']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of readdirSync(join(home, 'conf'))) writeFileSync(join(folder, 'conf', name), readFileSync(join(home, 'conf', name)));
  writeFileSync(join(folder, 'conf', 'config.yaml'), configuration(home, folder, ports, options));
  const lib = join(folder, 'lib');
  if (options.hasKafka) linkLibraries(home, lib, kafkaConnector(version));
  const env = {
    ...process.env,
    FLINK_CONF_DIR: join(folder, 'conf'),
    FLINK_PID_DIR: join(folder, 'pid'),
    FLINK_LOG_DIR: join(folder, 'log'),
    ...(options.hasKafka ? { FLINK_LIB_DIR: lib } : {}),
  };
  const rest = `http://127.0.0.1:${ports.rest}`;
  const gateway = `http://127.0.0.1:${ports.gateway}`;
  const slots = options.slots ?? 2;
  const overview = async () => (await (await fetch(`${rest}/overview`)).json()) as { 'slots-total': number };
  const answers: Readonly<Record<FlinkPart, () => Promise<boolean>>> = {
    jobmanager: async () => (await overview())['slots-total'] >= 0,
    taskmanager: async () => (await overview())['slots-total'] >= slots,
    'sql-gateway': async () => (await fetch(`${gateway}/v3/info`)).ok,
  };
  const launch = (part: FlinkPart) => {
    const script = join(home, 'bin', SCRIPTS[part].script);
    if (options.ownDisk === undefined) return runOnce(script, ['start'], { env });
    const mounted = 'mount -t tmpfs none "$0" && exec "$1" start';
    runOnce('unshare', ['-m', 'sh', '-c', mounted, options.ownDisk, script], { env });
  };
  const pid = (part: FlinkPart) => pidOf(folder, SCRIPTS[part].process);
  const start = async (part: FlinkPart) => {
    launch(part);
    await until(`Flink's ${part}`, answers[part]);
  };
  const parts = options.parts ?? (Object.keys(SCRIPTS) as FlinkPart[]);
  if (parts.includes('jobmanager')) launch('jobmanager');
  for (const part of ['taskmanager', 'sql-gateway'] as const) if (parts.includes(part)) await start(part);
  return {
    rest,
    gateway,
    get taskManagerPid() {
      return pid('taskmanager');
    },
    start,
    async kill(part) {
      process.kill(pid(part), 'SIGKILL');
      for (let i = 0; i < 100 && isAlive(pid(part)); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    stop: () => endAll(parts.map(pid)),
  };
}

function linkLibraries(home: string, lib: string, connectors: readonly string[]): void {
  mkdirSync(lib, { recursive: true });
  const jars = readdirSync(join(home, 'lib')).map((name) => join(home, 'lib', name));
  for (const jar of [...jars, ...connectors]) {
    const link = join(lib, basename(jar));
    if (!existsSync(link)) symlinkSync(jar, link);
  }
}

interface ResultPage {
  readonly resultType?: string;
  readonly errors?: readonly string[];
  readonly results?: { readonly data: readonly { readonly fields: readonly string[] }[] };
}

/** One session of the gateway; statements run in order. */
export class FlinkSession {
  readonly #base: string;
  private constructor(base: string) {
    this.#base = base;
  }

  static async open(cluster: FlinkCluster, properties: Record<string, string> = {}): Promise<FlinkSession> {
    const answer = await call<{ sessionHandle: string }>('POST', `${cluster.gateway}/v3/sessions`, { properties });
    return new FlinkSession(`${cluster.gateway}/v3/sessions/${answer.sessionHandle}`);
  }

  async run(statement: string): Promise<ResultPage> {
    const { operationHandle } = await call<{ operationHandle: string }>('POST', `${this.#base}/statements`, { statement });
    for (;;) {
      const page = await call<ResultPage>('GET', `${this.#base}/operations/${operationHandle}/result/0?rowFormat=JSON`);
      if (page.errors) throw new Error(/Caused by: .*/g.exec(page.errors.join('\n'))?.[0] ?? page.errors[0]);
      if (page.resultType !== 'NOT_READY') return page;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Id of the job that an INSERT submitted. */
  async insert(statement: string): Promise<string> {
    return (await this.run(statement)).results?.data[0]?.fields[0] as string;
  }

  async close(): Promise<void> {
    await call('DELETE', this.#base);
  }
}

export async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(120_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}
