/**
 * What services need from other rooms, as interfaces: previews and imports (server/snapshots), the running jobs (server/supervisor,
 * over its local socket), the planner, the object store. The console wires the real ones in server/services/console.ts.
 *
 * Division of labour with the supervisor: a service writes, in one transaction, an Operation row (status `pending`, `activeJobId` = the
 * job), the job's `desired` and the status that people see at once (job_submitting, job_savepointing, job_canceling), then calls
 * `wake`. All else of a job (observed*, status afterwards, Run, Snapshot, LedgerEntry, JobEvent, MetricPoint, Operation.step and its end,
 * and setting activeJobId to null at its end) is written by the supervisor alone. Exceptions: an import and the soft delete of a
 * job or snapshot are one transaction each and done by the service.
 *
 * A job in `job_running_exception` with `desired` = running is one that restarts by itself; when the supervisor gives up (no auto restart,
 * attempts used up, breaker) it sets `desired` to stopped, and the job can be started, edited, deleted as one at rest.
 */
import type { JobServerEvent } from '../contract/events.ts';
import type { BrowseAnswer, ImportPreview } from '../contract/import.ts';
import type { Exposure } from '../contract/job.ts';
import type { SnapshotDetail } from '../contract/snapshot.ts';
import type { RestoreChoice, StartPreview } from '../contract/start.ts';
import type { StopPreview } from '../contract/stop.ts';
import type { PlanOutcome } from '../engine/planner/contract.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { PreviewReport, PreviewSpec } from '../engine/preview/preview-wire.ts';
import type { FoundSnapshot } from '../snapshots/import-checks.ts';

export interface PreviewPort {
  previewStart(jobId: number, choice: RestoreChoice): Promise<StartPreview>;
  previewStop(jobId: number): Promise<StopPreview>;
  /** `found` is null when the path holds no snapshot that can be registered. */
  previewImport(jobId: number, path: string): Promise<{ readonly preview: ImportPreview; readonly found: FoundSnapshot | null }>;
  exposure(jobId: number): Promise<Exposure>;
  /** Operators with their state, from the manifest. Throws StoreError. */
  snapshotOperators(snapshotId: string): Promise<SnapshotDetail['operators']>;
  browse(path: string, token: string | null): Promise<BrowseAnswer>;
}

/** Runs one query with its sinks off; `end` is the last report. */
export type RunPreview = (spec: PreviewSpec, onReport: (report: PreviewReport) => void) => { stop(): void };

export interface SupervisorPort {
  /** An operation or a live option was written. Losing it costs time only: the supervisor also looks by itself. */
  wake(): void;
  /** Events of the supervisor's process, durable and transient. Returns the function that ends it. */
  subscribe(listener: (event: JobServerEvent) => void): () => void;
  isConnected(): boolean;
}

export type PlannedSql =
  | { readonly kind: 'planned'; readonly plan: PhysicalPlan /** Explanation as a tree of text. */; readonly text: string }
  | Extract<PlanOutcome, { kind: 'refused' }>
  | { readonly kind: 'timed-out'; readonly budgetMs: number };

/** The planner with a time budget. No I/O. */
export interface PlannerPort {
  plan(sql: string, settings: Readonly<Record<string, string>>): Promise<PlannedSql>;
  /** Text that does not parse is returned unchanged. */
  format(sql: string): Promise<string>;
}
