/**
 * Checkpoints and savepoints of a run, from the job's history in the JobManager, each told once: with size and times as Flink counts them, and with the
 * positions of sources from its `_metadata`, read from the object store. Those outside of the store cannot be catalogued, which is said; so is a
 * cluster that completes checkpoints where the store holds nothing.
 */
import type { JobReport, StoreSpec } from '../../engine/runtime/wire.ts';
import { flinkSummary } from '../../snapshots/flink/flink-summary.ts';
import { inspectSnapshot } from '../../snapshots/inspect-snapshot.ts';
import { folderAt } from '../../snapshots/snapshot-place.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import { fromFlinkUri } from './flink-paths.ts';
import type { FlinkCheckpoint, FlinkCheckpoints } from './job-manager.ts';

export interface Counts {
  readonly recordsIn: number;
  readonly recordsOut: number;
}

/** Flink makes none while its tasks begin; that is no failure to tell people of. */
const TOO_EARLY = /not all required tasks are currently running|Checkpoint Coordinator is (?:shutting down|suspending)/i;

const ABSENT_MOST = 3;

export class CheckpointObserver {
  readonly #store: ObjectStore;
  readonly #spec: StoreSpec;
  /** By Flink's path, or number for those that failed. */
  readonly #told = new Set<string>();
  #isOutsideTold = false;
  /** Newest checkpoints of the cluster that the store does not hold; null = it has held one, so the two share it. */
  #absent: Set<string> | null = new Set();

  constructor(store: ObjectStore, spec: StoreSpec) {
    this.#store = store;
    this.#spec = spec;
  }

  /** What is new, oldest first. Failures from before `failuresSinceMs` (Flink's clock) were told by a former supervisor. `skewMs`: our clock before Flink's. */
  async reports(all: FlinkCheckpoints, counts: Counts, skewMs: number, failuresSinceMs: number): Promise<readonly JobReport[]> {
    const reports: JobReport[] = [];
    const newest = all.history.find((one) => one.status === 'COMPLETED' && !one.is_savepoint && one.discarded !== true);
    for (const one of [...all.history].sort((a, b) => a.id - b.id)) {
      const report = one.status === 'FAILED' ? this.#failed(one, skewMs, failuresSinceMs) : await this.#completed(one, counts, skewMs);
      if (report) reports.push(report);
      else if (one === newest) reports.push(...this.#notShared(one, skewMs));
    }
    return reports;
  }

  #failed(one: FlinkCheckpoint, skewMs: number, sinceMs: number): JobReport | null {
    const key = `failed ${one.id}`;
    if (this.#told.has(key)) return null;
    this.#told.add(key);
    const reason = one.failure_message ?? 'Flink gave no reason';
    if (one.trigger_timestamp < sinceMs || TOO_EARLY.test(reason)) return null;
    return { type: 'checkpoint-failed', atMs: one.latest_ack_timestamp + skewMs, checkpointId: one.id, reason: reason.replace(/\.$/, '') };
  }

  async #completed(one: FlinkCheckpoint, counts: Counts, skewMs: number): Promise<JobReport | null> {
    const place = one.external_path ?? null;
    if (one.status !== 'COMPLETED' || place === null || !place.includes(':') || one.discarded === true) return null;
    const times = { createdMs: one.latest_ack_timestamp + skewMs, durationMs: one.end_to_end_duration };
    return this.at(place, one.id, times, counts);
  }

  /** A snapshot at Flink's path; null when it was told before, is gone again, or lies outside of the store. */
  async at(
    place: string,
    checkpointId: number | null,
    times: { readonly createdMs: number; readonly durationMs: number },
    counts: Counts,
  ): Promise<JobReport | null> {
    const bare = place.replace(/\/+$/, '');
    if (this.#told.has(bare)) return null;
    const path = fromFlinkUri(this.#spec, bare);
    if (path === null) {
      this.#told.add(bare);
      return this.#outside(bare, times.createdMs);
    }
    const inspected = await inspectSnapshot(folderAt(this.#store, path));
    // Flink deletes older ones beyond the number that is retained.
    if (inspected.kind !== 'flink' || inspected.content.kind !== 'flink') return null;
    this.#told.add(bare);
    this.#absent = null;
    const { content } = inspected;
    return {
      type: 'checkpoint-completed',
      atMs: times.createdMs,
      checkpointId: checkpointId ?? content.checkpointId,
      path,
      summary: flinkSummary(content, { ...times, ...counts }),
      phases: { start: 0, align: 0, write: times.durationMs, commit: 0 },
    };
  }

  /** One that is gone again is none: Flink keeps the newest, so several in a row that were never there are a disk that is not shared. */
  #notShared(one: FlinkCheckpoint, skewMs: number): JobReport[] {
    const place = one.external_path ?? null;
    if (this.#absent === null || place === null || fromFlinkUri(this.#spec, place) === null) return [];
    this.#absent.add(place);
    if (this.#absent.size < ABSENT_MOST) return [];
    this.#absent = null;
    const message = `Flink has completed checkpoint ${one.id} at ${place}, and the console's object store (${this.#store.description}) holds nothing there: the cluster writes to a disk of its own, so nothing can be restored here. Mount the same folder on all machines of the cluster, or use a remote object store, and start the job again.`;
    return [{ type: 'notice', atMs: one.latest_ack_timestamp + skewMs, level: 'error', message }];
  }

  /** In the console's words; null when its store does not reach there. */
  pathOf(place: string): string | null {
    return fromFlinkUri(this.#spec, place);
  }

  #outside(place: string, atMs: number): JobReport | null {
    if (this.#isOutsideTold) return null;
    this.#isOutsideTold = true;
    const message = `The snapshot ${place} lies outside of the console's object store: it is not in the catalogue, and nothing can be restored from it here.`;
    return { type: 'log', atMs, level: 'warn', message };
  }
}

/** The savepoint that a stop made, when the job ended with one. */
export function stopSavepoint(all: FlinkCheckpoints | null): FlinkCheckpoint | null {
  const savepoints = (all?.history ?? []).filter((one) => one.status === 'COMPLETED' && one.checkpoint_type === 'SYNC_SAVEPOINT');
  return savepoints.sort((a, b) => b.id - a.id)[0] ?? null;
}
