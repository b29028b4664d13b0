/** A start that was asked for: begin a run, wait until it runs, fall back to an older snapshot when one is damaged, or say why not. */
import { type Action, isOpen, type JobView, type OperationView, WAIT } from '../job-view.ts';

/** A run that is lost before it ran (supervisor and process died) is begun again this often. */
const TIMES_MAX = 3;

export function whileSubmitting(view: JobView, operation: OperationView): Action {
  if (operation.isCancelAsked) return isOpen(view.run) ? { kind: 'kill' } : { kind: 'start-canceled' };
  const { begun } = operation;
  // A run of before that a crash left behind is ended first: two must never be.
  if (!begun) return isOpen(view.run) ? { kind: 'kill' } : { kind: 'begin-run', by: 'operation' };
  if (begun.hasRun || begun.end === 'finished') return { kind: 'start-succeeded' };
  if (begun.end === null) return WAIT;
  if (operation.mayFallBack) return { kind: 'begin-run', by: 'operation' };
  const isLost = begun.end === 'lost' || begun.end === 'superseded';
  if (isLost && operation.timesBegun < TIMES_MAX) return { kind: 'begin-run', by: 'operation' };
  return { kind: 'start-failed' };
}
