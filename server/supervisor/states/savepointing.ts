/** A savepoint of a job that goes on. An order whose answer was lost with a former supervisor is given again: one savepoint more harms nothing. */
import { say } from '../../contract/said.ts';
import { type Action, isOpen, type JobView, type OperationView, WAIT, waitUntil } from '../job-view.ts';

const LATE_MS = 15_000;

export function whileSavepointing(view: JobView, operation: OperationView): Action {
  const { order } = operation;
  if (order.kind === 'done' && order.path !== null) return { kind: 'savepoint-succeeded', path: order.path };
  if (operation.savedPath !== null) return { kind: 'savepoint-succeeded', path: operation.savedPath };
  if (!isOpen(view.run)) return { kind: 'savepoint-failed', message: say('said.op.endedBefore') };
  if (order.kind === 'none' && operation.isCancelAsked) {
    return { kind: 'savepoint-failed', message: say('said.op.canceledBefore') };
  }
  if (order.kind === 'none') return { kind: 'order-savepoint' };
  if (order.kind === 'refused') return { kind: 'savepoint-failed', message: order.message };
  if (order.kind === 'done') return { kind: 'savepoint-failed', message: say('said.op.nothingStored') };
  if (operation.deadlineMs === null) return WAIT;
  const untilMs = operation.deadlineMs + LATE_MS;
  if (view.nowMs < untilMs) return waitUntil(untilMs);
  return { kind: 'savepoint-failed', message: say('said.op.savepointLate') };
}
