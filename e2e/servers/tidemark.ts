/**
 * The product itself as a test server: `scripts/start.ts` on a data directory of its own and a free port, with a first administrator from
 * the environment. Ways to kill it as reality does: a job's process, the console (launcher, supervisor, web server), everything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, runtimeEnvironment, runtimeNode } from '../../scripts/bootstrap.mjs';
import { freePort, startServer, type TestServer } from './process.ts';

export const ADMINISTRATOR = { email: 'admin@example.com', password: 'correct horse battery' };

export interface TidemarkServer extends TestServer {
  readonly url: string;
  readonly dataDir: string;
  /** Standard output and error of the launcher, both. */
  readonly logFile: string;
  /** Pids of launcher, supervisor and web server. */
  consolePids(): number[];
  /** Of one of the launcher's children. */
  pidsOf(child: 'supervisor' | 'web'): number[];
  /** Pids of job processes (server/engine/main.ts) whose run folder lies in this data directory. */
  jobPids(): number[];
  /** SIGKILL to launcher, supervisor and web server at once; job processes are left. */
  killConsole(): Promise<void>;
}

export interface TidemarkOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Command that the launcher is begun with, such as one that enters a namespace. */
  readonly prefix?: readonly string[];
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? [];
        if (stat[0] === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const cwdOrEnvironment = readFileSync(`/proc/${name}/environ`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat[1]), command: `${command}\n${cwdOrEnvironment}` }];
      } catch {
        return [];
      }
    });
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

export async function startTidemark(options: TidemarkOptions): Promise<TidemarkServer> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env = runtimeEnvironment({
    PORT: String(port),
    TIDEMARK_DATA_DIR: options.dataDir,
    TIDEMARK_BOOTSTRAP_EMAIL: ADMINISTRATOR.email,
    TIDEMARK_BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
    ...options.environment,
  });
  const logFile = join(options.dataDir, '..', 'tidemark.log');
  const [command = '', ...args] = [
    ...(options.prefix ?? []),
    runtimeNode(),
    '--disable-warning=ExperimentalWarning',
    join(projectRoot, 'scripts', 'start.ts'),
  ];
  const server = await startServer(
    command,
    args,
    { logFile, cwd: projectRoot, env },
    async () => {
      const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      return response?.ok === true && ((await response.json()) as { ready: boolean }).ready;
    },
    400_000,
  );
  const mine = (program: string) =>
    processes().filter((one) => one.command.includes(program) && one.command.includes(`TIDEMARK_DATA_DIR=${options.dataDir}\0`));
  const consolePids = () =>
    ['scripts/start.ts', 'server/supervisor/main.ts', 'scripts/console.ts'].flatMap((program) => mine(program).map((one) => one.pid));
  const pidsOf = (child: 'supervisor' | 'web') =>
    mine(child === 'supervisor' ? 'server/supervisor/main.ts' : 'scripts/console.ts').map((one) => one.pid);
  const jobPids = () =>
    processes()
      .filter((one) => one.command.includes('server/engine/main.ts') && one.command.includes(options.dataDir))
      .map((one) => one.pid);
  return {
    ...server,
    url,
    dataDir: options.dataDir,
    logFile,
    consolePids,
    pidsOf,
    jobPids,
    killConsole: async () => {
      const pids = consolePids();
      signal(pids, 'SIGKILL');
      await server.kill();
    },
    kill: async () => {
      signal([...consolePids(), ...jobPids()], 'SIGKILL');
      await server.kill();
    },
    stop: async () => {
      await server.stop();
      signal(jobPids(), 'SIGKILL');
    },
  };
}
