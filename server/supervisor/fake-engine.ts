/**
 * For tests: an engine of fake processes that outlive supervisors, over a store with real manifests. Each process reads numbers and shows them
 * when a checkpoint commits; the world counts what is shown, so that a number lost or doubled by a wrong restore is seen at once.
 */

import { MANIFEST_NAME, type Manifest, type SnapshotKind } from '../engine/checkpoint/manifest.ts';
import { decodeManifest, encodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { objectIn } from '../engine/checkpoint/snapshot-folder.ts';
import type { JobFailure, JobReport, RunSpec } from '../engine/runtime/wire.ts';
import type { AdoptOutcome, EngineRun, JobEngine, RunIdentity, RunListener, StopMode, SubmitOutcome } from '../engines/contract.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import type { ObjectStore } from '../storage/contract.ts';

export class FakeWorld {
  readonly store: ObjectStore;
  readonly processes = new Map<string, FakeProcess>();
  /** All numbers below it are shown. */
  shownUpTo = 0;
  /** A person asked for an empty start. */
  mayBeginAnew = false;
  readonly wrongs: string[] = [];
  savepointsFail = false;
  /** Processes do not react to a stop without savepoint. */
  isDeaf = false;
  nextCheckpoint = 1;
  nowMs: () => number;

  constructor(store: ObjectStore, nowMs: () => number) {
    this.store = store;
    this.nowMs = nowMs;
  }

  alive(): FakeProcess[] {
    return [...this.processes.values()].filter((one) => one.isAlive);
  }

  show(from: number, to: number): void {
    if (from < this.shownUpTo) this.wrongs.push(`${from} to ${Math.min(to, this.shownUpTo)} shown twice`);
    if (from > this.shownUpTo) this.wrongs.push(`${this.shownUpTo} to ${from} lost`);
    this.shownUpTo = Math.max(this.shownUpTo, to);
  }

  /** The supervisor's process is gone: nobody listens. */
  detachAll(): void {
    for (const one of this.processes.values()) one.listener = null;
  }
}

export class FakeProcess {
  readonly spec: RunSpec;
  readonly #world: FakeWorld;
  listener: RunListener | null;
  isAlive = true;
  position = 0;
  #committed = 0;
  #hasRun = false;
  readonly #kept: JobReport[] = [];

  constructor(world: FakeWorld, spec: RunSpec, listener: RunListener) {
    this.#world = world;
    this.spec = spec;
    this.listener = listener;
  }

  report(report: JobReport): void {
    if (this.listener) this.listener.onReport(report);
    else this.#kept.push(report);
  }

  adoptedBy(listener: RunListener): void {
    this.listener = listener;
    if (this.#hasRun) this.#reportRunning();
    for (const report of this.#kept.splice(0)) listener.onReport(report);
  }

  async run(): Promise<void> {
    if (this.spec.restoreFrom === null) {
      if (this.#world.shownUpTo > 0 && !this.#world.mayBeginAnew) this.#world.wrongs.push(`begun empty behind ${this.#world.shownUpTo}`);
      this.#world.mayBeginAnew = false;
      this.#world.shownUpTo = 0;
    } else {
      const bytes = await this.#world.store.get(objectIn(folderAt(this.#world.store, this.spec.restoreFrom), MANIFEST_NAME));
      const decoded = decodeManifest(bytes);
      if (decoded.kind !== 'manifest') throw new Error('the supervisor gave a damaged snapshot');
      this.position = decoded.manifest.recordsIn;
    }
    this.#committed = this.position;
    // What the snapshot's sinks had still to commit is committed now.
    if (this.position < this.#world.shownUpTo)
      this.#world.wrongs.push(`begun at ${this.position} behind ${this.#world.shownUpTo}, which is shown`);
    if (this.#world.shownUpTo < this.position) this.#world.show(this.#world.shownUpTo, this.position);
    this.#hasRun = true;
    this.#reportRunning();
  }

  #reportRunning(): void {
    this.report({ type: 'running', atMs: this.#world.nowMs(), restoredFrom: this.spec.restoreFrom, operators: [] });
  }

  /** Manifest, commit, report; with `isReported` false the process dies before it can tell. */
  async snapshot(kind: SnapshotKind, trigger: Manifest['trigger'], isReported = true): Promise<string> {
    const checkpointId = this.#world.nextCheckpoint++;
    const base = kind === 'checkpoint' ? this.spec.checkpoint.directory : this.spec.savepointDirectory;
    const path = `${base}/${kind === 'checkpoint' ? 'chk' : 'sp'}-${checkpointId}`;
    const manifest = manifestOf(this.spec, {
      kind,
      trigger,
      checkpointId,
      createdMs: this.#world.nowMs() + checkpointId / 1000,
      recordsIn: this.position,
    });
    const folder = folderAt(this.#world.store, path);
    await this.#world.store.ensureBucket(folder.bucket);
    await this.#world.store.put(objectIn(folder, MANIFEST_NAME), encodeManifest(manifest));
    if (trigger !== 'manual') {
      if (this.position > this.#committed) this.#world.show(this.#committed, this.position);
      this.#committed = this.position;
    }
    if (isReported) {
      const phases = { start: 0, align: 0, write: 0, commit: 0 };
      this.report({ type: 'checkpoint-completed', atMs: this.#world.nowMs(), checkpointId, path, summary: manifest, phases });
    }
    return path;
  }

  async obeyStop(requestId: string, mode: StopMode): Promise<void> {
    if (!this.isAlive || (this.#world.isDeaf && mode === 'without')) return;
    let path: string | null = null;
    if (mode !== 'without') {
      if (this.#world.savepointsFail) {
        this.report({
          type: 'answer',
          requestId,
          ok: false,
          path: null,
          message: 'The savepoint failed: the bucket refused. The job goes on.',
        });
        return;
      }
      path = await this.snapshot('savepoint', mode === 'drain' ? 'drain' : 'stop');
    }
    this.report({ type: 'stopped', atMs: this.#world.nowMs(), path });
    this.report({ type: 'answer', requestId, ok: true, path, message: null });
    this.die('The process ended with exit code 0.');
  }

  async obeySnapshot(requestId: string, kind: SnapshotKind): Promise<void> {
    if (!this.isAlive) return;
    if (kind === 'savepoint' && this.#world.savepointsFail) {
      this.report({ type: 'answer', requestId, ok: false, path: null, message: 'The savepoint failed: the bucket refused.' });
      return;
    }
    const path = await this.snapshot(kind, kind === 'savepoint' ? 'manual' : 'periodic');
    this.report({ type: 'answer', requestId, ok: true, path, message: null });
  }

  fail(failure: JobFailure): void {
    this.report({ type: 'failed', atMs: this.#world.nowMs(), failure });
    this.die('The process ended with exit code 1.');
  }

  /** SIGTERM by the system. */
  terminate(): void {
    this.report({ type: 'stopped', atMs: this.#world.nowMs(), path: null });
    this.die('The process ended with exit code 0.');
  }

  finish(): void {
    this.report({ type: 'finished', atMs: this.#world.nowMs() });
    this.die('The process ended with exit code 0.');
  }

  die(message: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.listener?.onEnded(message);
  }
}

/** One supervisor's view of the world. */
export class FakeEngine implements JobEngine {
  readonly name = 'embedded';
  readonly runsOutlive = false;
  readonly #world: FakeWorld;

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  async submit(spec: RunSpec, listener: RunListener): Promise<SubmitOutcome> {
    const others = this.#world.alive().filter((one) => one.spec.jobId === spec.jobId);
    if (others.length > 0) this.#world.wrongs.push(`generation ${spec.generation} began beside ${others[0]?.spec.generation}`);
    const process = new FakeProcess(this.#world, spec, listener);
    this.#world.processes.set(spec.runId, process);
    await process.run();
    return { kind: 'submitted', run: lineTo(process) };
  }

  async adopt(identity: RunIdentity, listener: RunListener): Promise<AdoptOutcome> {
    const process = this.#world.processes.get(identity.runId);
    if (!process?.isAlive) return { kind: 'gone', message: 'The process is gone.' };
    process.adoptedBy(listener);
    return { kind: 'adopted', run: lineTo(process) };
  }

  async kill(identity: RunIdentity): Promise<boolean> {
    this.#world.processes.get(identity.runId)?.die('killed');
    return true;
  }

  async describe(identity: RunIdentity) {
    return { ref: identity.ref ?? '', isAlive: this.#world.processes.get(identity.runId)?.isAlive ?? false };
  }

  logFile(jobId: string, runId: string): string {
    return `/nowhere/${jobId}/${runId}.log`;
  }

  async forget(): Promise<void> {}
}

function lineTo(process: FakeProcess): EngineRun {
  return {
    runId: process.spec.runId,
    ref: process.spec.runId,
    triggerSnapshot: (requestId, kind) => void process.obeySnapshot(requestId, kind),
    stop: (requestId, mode) => void process.obeyStop(requestId, mode),
    kill: async () => process.die('killed'),
    release: () => {
      process.listener = null;
    },
  };
}

type ManifestFacts = Pick<Manifest, 'kind' | 'trigger' | 'checkpointId' | 'createdMs' | 'recordsIn'>;

export function manifestOf(
  spec: Pick<RunSpec, 'jobId' | 'jobName' | 'generation' | 'runId' | 'parallelism' | 'sql'>,
  facts: ManifestFacts,
): Manifest {
  return {
    ...facts,
    version: 1,
    createdMs: Math.round(facts.createdMs),
    jobId: spec.jobId,
    jobName: spec.jobName,
    generation: spec.generation,
    attempt: spec.runId,
    durationMs: 5,
    engine: 'embedded',
    engineVersion: '1',
    parallelism: spec.parallelism,
    keyGroups: 128,
    hashVersion: 1,
    sqlSha256: '0'.repeat(64),
    sql: spec.sql,
    plan: { version: 1, nodes: [], keyGroups: 128, settings: {}, warnings: [] },
    sources: [],
    sinks: [],
    watermarks: {},
    tables: [],
    operatorValues: [],
    totalBytes: 100,
    recordsOut: facts.recordsIn,
  };
}
