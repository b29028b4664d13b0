/**
 * Desired to observed: from what is known of a job to the one next act. Pure and total, so that a supervisor which crashed between any
 * two acts goes on from the database alone. Order of the questions: is the open run's process known? is it gone? is the operation ours?
 * what does the operation need? and without one: what does the job's desire need?
 */
import { type Action, isOpen, type JobView } from './job-view.ts';
import { whileDeleting } from './states/deleting.ts';
import { whileSavepointing } from './states/savepointing.ts';
import { whileStopping } from './states/stopping.ts';
import { whileSubmitting } from './states/submitting.ts';
import { whileUnwanted } from './states/unwanted.ts';
import { whileWanted } from './states/wanted.ts';

export function reconcile(view: JobView): Action {
  if (isOpen(view.run) && view.line === 'unknown') return { kind: 'adopt' };
  if (isOpen(view.run) && view.line === 'gone') return { kind: 'record-loss' };
  const { operation } = view;
  if (!operation) return view.desired === 'running' ? whileWanted(view) : whileUnwanted(view);
  if (!operation.isClaimed) return { kind: 'claim' };
  switch (operation.request.kind) {
    case 'start':
      return whileSubmitting(view, operation);
    case 'stop':
      return whileStopping(view, operation, operation.request.mode);
    case 'trigger-savepoint':
      return whileSavepointing(view, operation);
    case 'delete':
      return whileDeleting(view, operation);
  }
}
