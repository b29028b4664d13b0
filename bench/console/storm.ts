/**
 * A thousand jobs change status at once, seen by a browser on the job list and by a client of the event stream. The web server is the
 * product's own (production build); beside it the real supervisor runs over an engine whose runs cost nothing. All runs fail in one moment
 * T; times count from T: `event` until the stream has told of a job, `screen` until every row of the page shows the new status.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleApi } from '../../e2e/servers/console-api.ts';
import { freePort } from '../../e2e/servers/process.ts';
import { ADMINISTRATOR } from '../../e2e/servers/tidemark.ts';
import { projectRoot, runtimeEnvironment } from '../../scripts/bootstrap.mjs';
import { prepareBuild } from '../../scripts/prepare.ts';
import { cpuSeconds } from '../process-cost.ts';
import type { Emit } from '../record.ts';
import { percentile } from '../statistics.ts';
import { openListPage } from './browser.ts';
import type { FromParent, ToParent } from './storm-supervisor.ts';

const SQL =
  "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen'); CREATE TABLE b (id BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT id FROM g;";
const START_BATCH = 100;
const FAILED = 'job_running_exception';

function forked(program: string, env: NodeJS.ProcessEnv): ChildProcess {
  return fork(join(projectRoot, program), [], {
    cwd: projectRoot,
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function told<T>(child: ChildProcess, wanted: (message: T) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (wanted(message as T)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`a server ended with ${code}`)));
  });
}

async function makeJobs(api: ConsoleApi, jobs: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < jobs) {
    const batch = Array.from({ length: Math.min(8, jobs - ids.length) }, (_, i) => `storm-${ids.length + i}`);
    const made = await Promise.all(batch.map((name) => api.createJob(name, SQL)));
    ids.push(...made.map((job) => job.id));
  }
  for (let i = 0; i < ids.length; i += START_BATCH) {
    const choice = { kind: 'newest' };
    await api.call('POST', '/jobs/start', { jobs: ids.slice(i, i + START_BATCH).map((jobId) => ({ jobId, choice })) });
  }
  return ids;
}

export async function storm(jobs: number, emit: Emit): Promise<void> {
  prepareBuild();
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-storm-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = runtimeEnvironment({
    NODE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    TIDEMARK_DATA_DIR: join(scratch, 'data'),
    TIDEMARK_LAUNCH_SECRET: randomBytes(32).toString('hex'),
    TIDEMARK_BOOTSTRAP_EMAIL: ADMINISTRATOR.email,
    TIDEMARK_BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
  });
  const supervisor = forked('bench/console/storm-supervisor.ts', env);
  let web: ChildProcess | null = null;
  try {
    await told<ToParent>(supervisor, (message) => message.kind === 'ready');
    web = forked('scripts/console.ts', env);
    await told<{ type: string }>(web, (message) => message.type === 'ready');
    const api = await ConsoleApi.signIn(url, ADMINISTRATOR.email, ADMINISTRATOR.password);
    const allRun = told<ToParent>(supervisor, (message) => message.kind === 'running' && message.count === jobs);
    const ids = await makeJobs(api, jobs);
    await allRun;
    for (const id of ids) await api.waitFor(id, ['job_running']);
    const seen = new Map<number, number>();
    const end = await api.events((event) => {
      if (event.type !== 'job-changed' || event.patch?.status !== FAILED || event.jobId === undefined || seen.has(event.jobId)) return;
      seen.set(event.jobId, performance.now());
    });
    const page = await openListPage(url, api);
    try {
      await page.waitForRows('Running');
      const webPid = web.pid as number;
      const idleFrom = cpuSeconds(webPid);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const idle = (cpuSeconds(webPid) - idleFrom) / 5;
      const cpuFrom = cpuSeconds(webPid);
      const supervisorFrom = cpuSeconds(supervisor.pid as number);
      const told = performance.now();
      supervisor.send('fail-all' satisfies FromParent);
      const shown = page.waitForRows('Running exception').then(() => performance.now() - told);
      while (seen.size < jobs) {
        if (performance.now() - told > 120_000) throw new Error(`only ${seen.size} of ${jobs} were told within two minutes`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const screen = await shown;
      const times = [...seen.values()].map((at) => at - told);
      emit({
        suite: 'console',
        route: 'status change of many jobs at once: event',
        jobs,
        msP50: percentile(times, 0.5),
        msP95: percentile(times, 0.95),
        msMax: Math.max(...times),
        webCpuSeconds: cpuSeconds(webPid) - cpuFrom,
        webIdleCores: idle,
        supervisorCpuSeconds: cpuSeconds(supervisor.pid as number) - supervisorFrom,
      });
      emit({ suite: 'console', route: 'status change of many jobs at once: screen', jobs, msP50: screen, msP95: screen });
    } finally {
      await page.close();
      end();
    }
  } finally {
    supervisor.kill('SIGKILL');
    web?.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  }
}
