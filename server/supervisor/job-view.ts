/** What a decision about a job is made from: rows of the database and what this process knows of the run's line. No I/O behind it. */

import type { DesiredState, JobStatus } from '../contract/job.ts';
import type { OperationRequest } from '../contract/operation-request.ts';
import type { Said, Told } from '../contract/said.ts';
import type { RestartDecision } from './restart-policy.ts';

export type EndCause = 'finished' | 'stopped' | 'failed' | 'lost' | 'superseded';

/** The run that the database says is open, or the newest one that ended. */
export interface RunView {
  readonly number: number;
  /** It has reported that it runs. */
  readonly hasRun: boolean;
  readonly end: EndCause | null;
}

/** unknown: not looked for yet by this process. attached: a line is there. gone: proven to be over, which the database does not know yet. */
export type LineView = 'unknown' | 'attached' | 'gone';

/** An order to the engine for the operation at hand. */
export type OrderView =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly sinceMs: number }
  | { readonly kind: 'done'; readonly path: string | null }
  | { readonly kind: 'refused'; readonly message: Said };

export interface OperationView {
  readonly request: OperationRequest;
  readonly status: 'pending' | 'running';
  /** Claimed by this process. */
  readonly isClaimed: boolean;
  readonly isCancelAsked: boolean;
  readonly deadlineMs: number | null;
  /** A start: the run it began last, if any. */
  readonly begun: RunView | null;
  readonly timesBegun: number;
  /** The begun run ended because its snapshot cannot be restored, and another one may be taken. */
  readonly mayFallBack: boolean;
  /** A stop or savepoint: a snapshot of its kind was registered since it was asked for. */
  readonly savedPath: string | null;
  readonly order: OrderView;
}

export interface JobView {
  readonly desired: DesiredState;
  readonly status: JobStatus;
  /** Null when the row cannot be read by this version, or there is none. */
  readonly operation: OperationView | null;
  /** The newest run, open or ended. */
  readonly run: RunView | null;
  readonly line: LineView;
  /** Only looked up when the job should run, nothing runs and nobody asked for anything. */
  readonly restart: RestartDecision | null;
  readonly nowMs: number;
}

export const isOpen = (run: RunView | null): boolean => run !== null && run.end === null;

export type Action =
  | { readonly kind: 'nothing'; readonly untilMs: number | null }
  | { readonly kind: 'adopt' }
  | { readonly kind: 'record-loss' }
  | { readonly kind: 'claim' }
  | { readonly kind: 'begin-run'; readonly by: 'operation' | 'restart' | 'resume' }
  | { readonly kind: 'order-stop'; readonly mode: 'savepoint' | 'drain' | 'without' }
  | { readonly kind: 'order-savepoint' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'start-succeeded' }
  | { readonly kind: 'start-failed' }
  | { readonly kind: 'start-canceled' }
  | { readonly kind: 'stop-succeeded' }
  | { readonly kind: 'stop-failed'; readonly message: Said }
  | { readonly kind: 'savepoint-succeeded'; readonly path: string }
  | { readonly kind: 'savepoint-failed'; readonly message: Said }
  | { readonly kind: 'delete-job' }
  | { readonly kind: 'give-up'; readonly message: Told; readonly isBreaker: boolean }
  | { readonly kind: 'record-finish' }
  | { readonly kind: 'record-stop' };

export const WAIT: Action = { kind: 'nothing', untilMs: null };
export const waitUntil = (untilMs: number): Action => ({ kind: 'nothing', untilMs });
