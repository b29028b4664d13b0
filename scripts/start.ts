/**
 * `npm start`: the launcher. It checks the environment, takes the lock on the data directory, prepares database client and build, then runs
 * two siblings and starts again whichever ends unasked: the supervisor (jobs) and the console (Next.js). So a crash of one takes neither the
 * other nor a job along. Both end when the launcher is gone (their IPC channel closes); job processes outlive all three for a while and
 * are found again by the next start.
 *   node scripts/start.ts [--dev]      with --dev the console reloads on change and nothing is built
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseEnvironment } from '../server/config/environment.ts';
import { type LockOutcome, lockDataDirectory } from '../server/db/lock-data-directory.ts';
import { projectRoot, runtimeEnvironment } from './bootstrap.mjs';
import { prepareBuild, prepareDatabaseClient } from './prepare.ts';

const STOP_DEADLINE_MS = 25_000;
const RESTART_DELAYS_MS = [200, 1_000, 5_000, 15_000];
/** A child that ran this long has earned the shortest delay again. */
const STEADY_MS = 60_000;

type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'print'; readonly text: string };

const dev = process.argv.includes('--dev');
const outcome = parseEnvironment(process.env, projectRoot);
if (!outcome.ok) {
  for (const problem of outcome.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
const environment = outcome.value;
const address = `http://${environment.host.includes(':') ? `[${environment.host}]` : environment.host}:${environment.port}`;

const lock: LockOutcome = lockDataDirectory(environment.dataDir, address, Date.now());
if (lock.kind === 'held') {
  process.stderr.write(`${lock.message}\n`);
  process.exit(2);
}
if (dev) prepareDatabaseClient();
else prepareBuild();

const childEnvironment = runtimeEnvironment({
  NODE_ENV: dev ? 'development' : 'production',
  PORT: String(environment.port),
  HOST: environment.host,
  TIDEMARK_DATA_DIR: environment.dataDir,
  /** Console and supervisor of one launch know each other by it. */
  TIDEMARK_LAUNCH_SECRET: randomBytes(32).toString('hex'),
});
const children = new Map<string, ChildProcess>();
let isStopping = false;

/** Runs a program for good; `onReady` once, at its first readiness. */
function keep(name: string, program: string, args: readonly string[], onReady: () => void, failures = 0): void {
  const started = Date.now();
  const child = fork(join(projectRoot, program), args, {
    cwd: projectRoot,
    env: childEnvironment,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.set(name, child);
  let isReady = false;
  child.on('message', (message: FromChild) => {
    if (message.type === 'print') process.stdout.write(`${message.text}\n`);
    if (message.type === 'refused') {
      process.stderr.write(`${message.message}\n`);
      void stop(2);
    }
    if (message.type === 'ready' && !isReady) {
      isReady = true;
      onReady();
    }
  });
  child.once('exit', (code, signal) => {
    children.delete(name);
    if (isStopping) return;
    const count = Date.now() - started > STEADY_MS ? 0 : failures;
    const delay = RESTART_DELAYS_MS[Math.min(count, RESTART_DELAYS_MS.length - 1)] as number;
    process.stderr.write(`The ${name} ended (${signal ?? `exit ${code}`}); it is started again in ${delay / 1000} s. Jobs go on.\n`);
    setTimeout(() => {
      if (!isStopping) keep(name, program, args, () => undefined, count + 1);
    }, delay);
  });
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  const ends = [...children.values()].map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
  for (const child of children.values()) child.kill('SIGTERM');
  const deadline = setTimeout(() => {
    for (const child of children.values()) child.kill('SIGKILL');
  }, STOP_DEADLINE_MS);
  await Promise.all(ends);
  clearTimeout(deadline);
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
keep('supervisor', 'server/supervisor/main.ts', [], () => {
  keep('console', 'scripts/console.ts', dev ? ['--dev'] : [], () => process.stdout.write(`Tidemark is ready at ${address}\n`));
});
