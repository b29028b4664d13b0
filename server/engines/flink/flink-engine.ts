/**
 * Apache Flink as an engine: a run is one job of a session cluster. Protocol of a submit: run folder with run.json -> submission under an id made
 * from the run -> flink.json once the cluster has it. A console that dies in between leaves a run that the next one submits again from
 * run.json: Flink takes an id once, so there is one job whichever arrived. Runs need no console; one that starts again finds them.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../effects/clock.ts';
import type { Dialer } from '../../effects/dialer.ts';
import type { RunSpec } from '../../engine/runtime/wire.ts';
import { readJar } from '../../packages/find-jar.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import type { AdoptOutcome, JobEngine, RunDescription, RunIdentity, RunListener, SubmitOutcome } from '../contract.ts';
import { readSpec, readSubmitted, removeRunFolder, runFolder, writeSpec, writeSubmitted } from '../run-folder.ts';
import { type FlinkClusterAddress, FlinkRefusal, FlinkUnreachable } from './cluster.ts';
import { type FoundJob, findJob, severalCopies } from './find-job.ts';
import { FlinkRun } from './flink-run.ts';
import { flinkJobId, labelOf } from './job-configuration.ts';
import { JobManager, TERMINAL } from './job-manager.ts';
import { SqlGateway } from './sql-gateway.ts';
import type { ClusterLines } from './submit.ts';

export interface FlinkEngineOptions {
  readonly dataDir: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Of the run's queue, as it is configured now. Null: there is no such cluster any more. */
  clusterOf(run: Pick<RunIdentity, 'jobId' | 'runId'>): Promise<FlinkClusterAddress | null>;
  dialer(): Promise<Dialer>;
}

const KILL_MS = 30_000;
/** How long the submission of a console that died may still be under way in a gateway. */
const ARRIVE_MS = 10_000;
const LOOK_MS = 300;
const NO_CLUSTER = 'The Flink cluster of the run is no longer among the connections. Add it again under its name.';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FlinkEngine implements JobEngine {
  readonly name = 'flink';
  readonly runsOutlive = true;
  readonly #options: FlinkEngineOptions;

  constructor(options: FlinkEngineOptions) {
    this.#options = options;
  }

  logFile(jobId: string, runId: string): string {
    return join(this.#options.dataDir, 'logs', jobId, `${runId}.log`);
  }

  async submit(spec: RunSpec, listener: RunListener): Promise<SubmitOutcome> {
    const lines = await this.#linesOf(spec);
    if (lines === null) return { kind: 'failed', message: NO_CLUSTER };
    writeSpec(this.#folderOf(spec), spec);
    return { kind: 'submitted', run: this.#run(lines, spec, flinkJobId(spec.runId), false, listener) };
  }

  #run(lines: ClusterLines, spec: RunSpec, id: string, isSubmitted: boolean, listener: RunListener): FlinkRun {
    const { store, clock } = this.#options;
    if (spec.logFile !== null) mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 });
    const onSubmitted = () => writeSubmitted(this.#folderOf(spec), id);
    const run = new FlinkRun(
      { lines, spec, store, clock, flinkJobId: id, isSubmitted, onSubmitted, readJar: (jar) => readJar(store, jar) },
      listener,
    );
    // The supervisor gets its line first: no report may come before.
    setImmediate(() => run.begin());
    return run;
  }

  async adopt(identity: RunIdentity, listener: RunListener): Promise<AdoptOutcome> {
    const lines = await this.#linesOf(identity);
    if (lines === null) return { kind: 'unreachable', message: NO_CLUSTER, mayBeEnded: false };
    const folder = this.#folderOf(identity);
    const spec = readSpec(folder);
    try {
      const found = await this.#find(lines, identity);
      if (found.kind === 'several') return { kind: 'unreachable', message: severalCopies(lines.name, found.ids), mayBeEnded: false };
      if (spec === null) {
        if (found.kind === 'none') return { kind: 'gone', message: 'The cluster knows no job of the run.' };
        return {
          kind: 'unreachable',
          message: 'The local folder of the run is gone, so its job cannot be watched; stop it to go on.',
          mayBeEnded: false,
        };
      }
      if (found.kind === 'one') return { kind: 'adopted', run: this.#run(lines, spec, found.id, true, listener) };
      if (readSubmitted(folder) !== null) return { kind: 'gone', message: 'The cluster no longer knows the job.' };
      return { kind: 'adopted', run: this.#run(lines, spec, flinkJobId(identity.runId), false, listener) };
    } catch (error) {
      return { kind: 'unreachable', message: messageOf(error), mayBeEnded: false };
    }
  }

  async #find(lines: ClusterLines, identity: RunIdentity): Promise<FoundJob> {
    const id = readSubmitted(this.#folderOf(identity)) ?? flinkJobId(identity.runId);
    return findJob(lines.jobManager, id, labelOf(identity));
  }

  /** All of it that lives, however often. */
  async kill(identity: RunIdentity): Promise<boolean> {
    const lines = await this.#linesOf(identity);
    if (lines === null) return false;
    const isCertain = readSubmitted(this.#folderOf(identity)) !== null;
    const begun = performance.now();
    try {
      while (performance.now() - begun < KILL_MS) {
        const found = await this.#find(lines, identity);
        if (found.kind === 'none' && (isCertain || performance.now() - begun > ARRIVE_MS)) return true;
        if (found.kind === 'one') {
          const job = await lines.jobManager.job(found.id);
          if (job !== null && TERMINAL.has(job.state)) return true;
        }
        const ids = found.kind === 'none' ? [] : found.kind === 'one' ? [found.id] : found.ids;
        for (const id of ids) await lines.jobManager.cancel(id);
        await pause(LOOK_MS);
      }
      return false;
    } catch (error) {
      messageOf(error);
      return false;
    }
  }

  async describe(identity: RunIdentity): Promise<RunDescription> {
    const lines = await this.#linesOf(identity);
    const found = lines === null ? null : await this.#find(lines, identity);
    if (lines === null || found === null || found.kind === 'none') return { ref: '', isAlive: false };
    if (found.kind === 'several') return { ref: found.ids.join(', '), isAlive: true };
    const job = await lines.jobManager.job(found.id);
    return { ref: found.id, isAlive: job !== null && !TERMINAL.has(job.state) };
  }

  async forget(jobId: string, runId: string): Promise<void> {
    removeRunFolder(this.#folderOf({ jobId, runId }));
  }

  async #linesOf(run: Pick<RunIdentity, 'jobId' | 'runId'>): Promise<ClusterLines | null> {
    const address = await this.#options.clusterOf(run);
    if (address === null) return null;
    const dialer = await this.#options.dialer();
    const gateway = address.gatewayUrl === null ? null : new SqlGateway(dialer, address, address.gatewayUrl);
    return { name: address.name, jobManager: new JobManager(dialer, address), gateway };
  }

  #folderOf(of: { readonly jobId: string; readonly runId: string }) {
    return runFolder(this.#options.dataDir, of.jobId, of.runId);
  }
}

/** What a cluster's silence or refusal says; anything else is a defect. */
function messageOf(error: unknown): string {
  if (error instanceof FlinkUnreachable || error instanceof FlinkRefusal) return error.message;
  throw error;
}
