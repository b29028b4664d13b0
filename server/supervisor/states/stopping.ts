/**
 * A stop that was asked for. With a savepoint the job stops only if the savepoint is complete: otherwise it goes on and the operation says
 * why. Without, the process is asked first and ended when it does not answer.
 */
import { say } from '../../contract/said.ts';
import { type Action, isOpen, type JobView, type OperationView, WAIT, waitUntil } from '../job-view.ts';

/** How long a job may take to close its sinks before its process is ended. */
const POLITE_MS = 10_000;
/** The engine gives a savepoint up by itself; past the deadline and this, an answer is no longer waited for. */
const LATE_MS = 15_000;

export function whileStopping(view: JobView, operation: OperationView, mode: 'savepoint' | 'drain' | 'without'): Action {
  const { order } = operation;
  if (!isOpen(view.run)) return afterTheRun(view, operation, mode);
  if (order.kind === 'none') {
    const isCalledOff = operation.isCancelAsked && mode !== 'without';
    return isCalledOff ? { kind: 'stop-failed', message: say('said.op.canceledBefore') } : { kind: 'order-stop', mode };
  }
  if (mode === 'without') {
    if (order.kind === 'done') return WAIT;
    const untilMs = order.kind === 'waiting' ? order.sinceMs + POLITE_MS : view.nowMs;
    return untilMs <= view.nowMs ? { kind: 'kill' } : waitUntil(untilMs);
  }
  if (order.kind === 'refused') return { kind: 'stop-failed', message: order.message };
  if (order.kind === 'done' || operation.deadlineMs === null) return WAIT;
  const untilMs = operation.deadlineMs + LATE_MS;
  if (view.nowMs < untilMs) return waitUntil(untilMs);
  return { kind: 'stop-failed', message: say('said.op.savepointLate') };
}

function afterTheRun(view: JobView, operation: OperationView, mode: 'savepoint' | 'drain' | 'without'): Action {
  if (mode === 'without' || view.run === null) return { kind: 'stop-succeeded' };
  const end = view.run.end;
  if (end === 'stopped' || end === 'finished' || operation.savedPath !== null) return { kind: 'stop-succeeded' };
  return { kind: 'stop-failed', message: say('said.op.failedBefore') };
}
