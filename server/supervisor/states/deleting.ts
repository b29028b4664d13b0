/** A job that runs and shall be deleted: its run is ended first, then the job goes. */
import { type Action, isOpen, type JobView, type OperationView, waitUntil } from '../job-view.ts';

const POLITE_MS = 10_000;

export function whileDeleting(view: JobView, operation: OperationView): Action {
  if (!isOpen(view.run)) return { kind: 'delete-job' };
  const { order } = operation;
  if (order.kind === 'none') return { kind: 'order-stop', mode: 'without' };
  const untilMs = order.kind === 'waiting' ? order.sinceMs + POLITE_MS : view.nowMs + POLITE_MS;
  return order.kind === 'refused' || untilMs <= view.nowMs ? { kind: 'kill' } : waitUntil(untilMs);
}
