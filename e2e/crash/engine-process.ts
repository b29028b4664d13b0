/** A job process of the engine without a supervisor: the test gives it its generation and its orders. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/bootstrap.mjs';
import type { JobOrder, JobReport, RunSpec } from '../../server/engine/runtime/wire.ts';

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly reports: JobReport[] = [];

  constructor(spec: RunSpec) {
    this.#child = fork(join(projectRoot, 'server', 'engine', 'main.ts'), [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (report: JobReport) => {
      if (report.type !== 'metrics') this.reports.push(report);
    });
    this.order({ type: 'start', spec });
  }

  order(order: JobOrder): void {
    this.#child.send(order);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  of<T extends JobReport['type']>(type: T): Extract<JobReport, { type: T }>[] {
    return this.reports.filter((report): report is Extract<JobReport, { type: T }> => report.type === type);
  }

  async until(what: string, isIt: () => boolean, deadlineMs = 60_000): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!isIt()) {
      const failure = this.of('failed')[0];
      if (performance.now() > deadline)
        throw new Error(`not in ${deadlineMs} ms: ${what}; ${failure?.failure.message ?? 'no failure told'}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
