/**
 * The embedded engine: each run is a process of its own (server/engine/main.ts), forked detached so that it outlives supervisor and
 * console. Protocol of a submit: run folder and run.json -> fork with the folder on its command line -> process.json -> `start` over
 * the channel. A supervisor that dies in between leaves either nothing, or a process that ends by itself (it got no `start`), or one that
 * `adopt` finds by process.json or by its command line.
 */
import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunSpec } from '../../engine/runtime/wire.ts';
import type { AdoptOutcome, JobEngine, RunDescription, RunIdentity, RunListener, SubmitOutcome } from '../contract.ts';
import { type RunFolder, readProcess, removeRunFolder, runFolder, writeProcess, writeSpec } from '../run-folder.ts';
import { lineOverIpc, lineOverSocket } from './control-line.ts';
import { EmbeddedRun } from './embedded-run.ts';
import { findProcessOfFolder, identityOf, killProven, livenessOf, type ProcessIdentity, parseIdentity } from './process-identity.ts';

export interface EmbeddedEngineOptions {
  readonly dataDir: string;
  /** The project's folder: `server/engine/main.ts` lies below it. */
  readonly projectRoot: string;
}

/** How long a process that lives is given to open its socket. */
const ANSWER_MS = 8_000;
const TRY_MS = 1_000;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'NODE_EXTRA_CA_CERTS'] as const;

export class EmbeddedEngine implements JobEngine {
  readonly name = 'embedded';
  readonly runsOutlive = false;
  readonly #options: EmbeddedEngineOptions;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  logFile(jobId: string, runId: string): string {
    return join(this.#options.dataDir, 'logs', jobId, `${runId}.log`);
  }

  async submit(spec: RunSpec, listener: RunListener): Promise<SubmitOutcome> {
    const folder = this.#folderOf(spec);
    const full: RunSpec = { ...spec, controlSocket: folder.controlSocket };
    try {
      if (spec.logFile !== null) mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 });
      writeSpec(folder, full);
      return { kind: 'submitted', run: this.#fork(full, folder, listener) };
    } catch (error) {
      return { kind: 'failed', message: `The process of the job could not be started: ${(error as Error).message}` };
    }
  }

  #fork(spec: RunSpec, folder: RunFolder, listener: RunListener): EmbeddedRun {
    const output = openSync(folder.outputFile, 'a', 0o600);
    const environment: NodeJS.ProcessEnv = { NODE_ENV: 'production' };
    for (const name of PASSED_ON) if (process.env[name] !== undefined) environment[name] = process.env[name];
    const child = fork(join(this.#options.projectRoot, 'server', 'engine', 'main.ts'), [folder.path], {
      cwd: this.#options.projectRoot,
      detached: true,
      env: environment,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    if (child.pid === undefined) throw new Error('the system gave no process');
    const identity = identityOf(child.pid);
    writeProcess(folder, identity);
    const run = new EmbeddedRun(spec.runId, folder, identity, listener);
    const line = lineOverIpc(child, { onReport: (report) => run.onReport(report), onDown: () => run.onDown() });
    child.once('exit', (code, signal) => {
      run.exitMessage =
        signal === null ? `The process of the job ended with exit code ${code}.` : `The process of the job was ended by ${signal}.`;
      // Its last reports may still lie in the channel: the end is told behind them.
      if (!child.connected) run.checkAlive();
    });
    child.unref();
    run.use(line);
    line.send({ type: 'start', spec });
    return run;
  }

  async adopt(identity: RunIdentity, listener: RunListener): Promise<AdoptOutcome> {
    const folder = this.#folderOf(identity);
    const found = this.#findProcess(identity, folder);
    if (found && livenessOf(found) === 'gone') return { kind: 'gone', message: 'The process of the job is gone.' };
    const deadline = performance.now() + (found ? ANSWER_MS : TRY_MS);
    for (;;) {
      const run = await this.#connect(identity, folder, listener);
      if (run) return { kind: 'adopted', run };
      if (!found) return { kind: 'gone', message: 'The run left no process.' };
      if (livenessOf(found) === 'gone') return { kind: 'gone', message: 'The process of the job is gone.' };
      if (performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { kind: 'unreachable', message: `The process ${found.pid} of the job is there but does not answer.`, mayBeEnded: true };
  }

  async #connect(identity: RunIdentity, folder: RunFolder, listener: RunListener): Promise<EmbeddedRun | null> {
    let run: EmbeddedRun | null = null;
    const early: Parameters<EmbeddedRun['onReport']>[0][] = [];
    const connected = await lineOverSocket(folder.controlSocket, TRY_MS, {
      onReport: (report) => (run ? run.onReport(report) : early.push(report)),
      onDown: () => run?.onDown(),
    });
    if (!connected) return null;
    const process = identityOf(connected.pid);
    writeProcess(folder, process);
    run = new EmbeddedRun(identity.runId, folder, process, listener);
    run.use(connected.line);
    for (const report of early) run.onReport(report);
    return run;
  }

  async kill(identity: RunIdentity): Promise<boolean> {
    const found = this.#findProcess(identity, this.#folderOf(identity));
    return found === null || killProven(found);
  }

  async describe(identity: RunIdentity): Promise<RunDescription> {
    const found = this.#findProcess(identity, this.#folderOf(identity));
    return { ref: found ? JSON.stringify(found) : '', isAlive: found !== null && livenessOf(found) !== 'gone' };
  }

  async forget(jobId: string, runId: string): Promise<void> {
    removeRunFolder(this.#folderOf({ jobId, runId }));
  }

  #folderOf(of: { readonly jobId: string; readonly runId: string }): RunFolder {
    return runFolder(this.#options.dataDir, of.jobId, of.runId);
  }

  #findProcess(identity: RunIdentity, folder: RunFolder): ProcessIdentity | null {
    const known = parseIdentity(identity.ref) ?? readProcess(folder);
    if (known && livenessOf(known) !== 'gone') return known;
    return findProcessOfFolder(folder.path) ?? known;
  }
}
