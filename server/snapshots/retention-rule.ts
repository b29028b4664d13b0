/** Which snapshots of a job a rule takes. Pure, and the only place that decides it: the supervisor deletes by it and pages foretell by it. */
import type { RetentionRule } from '../contract/snapshot-storage.ts';

export interface RetainedRow {
  readonly id: string;
  readonly origin: string;
  readonly createdAt: Date;
  readonly isPinned: boolean;
  readonly pinReason: string | null;
}

const DAY_MS = 86_400_000;

/**
 * `rows`: not deleted, newest first. Never taken: the newest of the job, pinned ones, one that a run began from. They count all the same, so
 * that a rule of five leaves five and not five beside the pinned ones.
 */
export function expiredBy<R extends RetainedRow>(rule: RetentionRule, rows: readonly R[], newestId: string | null, nowMs: number): R[] {
  const mayGo = (row: R) => !row.isPinned && row.pinReason === null && row.id !== newestId;
  const isOlder = (row: R, days: number) => days > 0 && nowMs - row.createdAt.getTime() > days * DAY_MS;
  const checkpoints = rows.filter((row) => row.origin === 'checkpoint');
  const savepoints = rows.filter((row) => row.origin !== 'checkpoint');
  return [
    ...checkpoints.filter((row, index) => index >= rule.checkpoints || isOlder(row, rule.checkpointDays)),
    ...savepoints.filter((row, index) => (rule.savepoints > 0 && index >= rule.savepoints) || isOlder(row, rule.savepointDays)),
  ].filter(mayGo);
}
