/** What tests of a job process share: a run in a folder of its own, the process with its reports, and what it has written. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobOrder, JobReport, RunSpec } from './runtime/wire.ts';

export const ROWS = 3000;
export const ALL_IDS = Array.from({ length: ROWS }, (_, index) => index + 1);

export class Supervised {
  readonly child: ChildProcess;
  readonly reports: JobReport[] = [];
  readonly exited: Promise<number | NodeJS.Signals | null>;
  #watchers: (() => void)[] = [];

  constructor(program: string, flags: readonly string[]) {
    this.child = fork(program, {
      execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.on('message', (message) => this.add(message as JobReport));
    this.exited = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve(code ?? signal)));
  }

  add(report: JobReport): void {
    this.reports.push(report);
    for (const watcher of this.#watchers) watcher();
  }

  order(order: JobOrder): void {
    this.child.send(order);
  }

  /** The first report that fits, past or future. */
  until<T extends JobReport['type']>(type: T, fits: (report: Extract<JobReport, { type: T }>) => boolean = () => true) {
    return new Promise<Extract<JobReport, { type: T }>>((resolve) => {
      const look = () => {
        const found = this.reports.find((report) => report.type === type && fits(report as Extract<JobReport, { type: T }>));
        if (found) resolve(found as Extract<JobReport, { type: T }>);
      };
      this.#watchers.push(look);
      look();
    });
  }
}

/** One test's folder and processes. */
export class ProcessRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'tm-job-'));
  readonly #processes: Supervised[] = [];

  specOf(change: Partial<RunSpec> = {}): RunSpec {
    return {
      jobId: 'a1b2',
      jobName: 'process test',
      runId: 'run1',
      generation: 1,
      sql: `
        CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${ROWS}', 'fields.id.kind' = 'sequence',
          'fields.id.start' = '1', 'fields.id.end' = '${ROWS}');
        CREATE TABLE kept (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '${this.folder}/out', 'format' = 'csv');
        INSERT INTO kept SELECT id FROM numbers;`,
      settings: {},
      parallelism: 1,
      checkpoint: {
        isEnabled: true,
        intervalMs: 50,
        mode: 'exactly-once',
        timeoutMs: 60_000,
        retained: 3,
        directory: 'obs://bucket/jobs/a1b2',
      },
      savepointDirectory: 'obs://bucket/savepoints/a1b2',
      restoreFrom: null,
      allowNonRestoredState: false,
      startPosition: null,
      stateTtlMs: 0,
      memoryBudgetBytes: 2 ** 28,
      timeZone: 'UTC',
      store: { kind: 'local', root: join(this.folder, 'objects') },
      allowPrivateAddresses: true,
      allowLocalFiles: true,
      graceMs: 0,
      logFile: join(this.folder, 'logs', 'run.log'),
      controlSocket: null,
      ...change,
    };
  }

  launch(program = join(import.meta.dirname, 'main.ts'), flags: readonly string[] = []): Supervised {
    const supervised = new Supervised(program, flags);
    this.#processes.push(supervised);
    return supervised;
  }

  start(spec: RunSpec): Supervised {
    const supervised = this.launch();
    supervised.order({ type: 'start', spec });
    return supervised;
  }

  writtenIds(): number[] {
    const out = join(this.folder, 'out');
    const files = existsSync(out) ? readdirSync(out).filter((name) => !/^[._]/.test(name)) : [];
    const lines = files.flatMap((name) => readFileSync(join(out, name), 'utf8').split('\n'));
    return lines
      .filter((line) => line !== '')
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** What lies in the store counts, not what was reported: a manifest may be there whose report was never sent. */
  newestCheckpoint(): string {
    const checkpoints = join(this.folder, 'objects', 'bucket', 'jobs', 'a1b2');
    const whole = readdirSync(checkpoints).filter((name) => existsSync(join(checkpoints, name, '_metadata')));
    const newest = Math.max(...whole.map((name) => Number(name.slice('chk-'.length))));
    return `obs://bucket/jobs/a1b2/chk-${newest}`;
  }

  end(): void {
    for (const { child } of this.#processes) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
