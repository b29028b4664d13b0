/** The job should not run and nobody asked for anything: what still runs is ended (a crash between the end of a stop and its run). */
import { type Action, isOpen, type JobView, WAIT } from '../job-view.ts';

export function whileUnwanted(view: JobView): Action {
  return isOpen(view.run) ? { kind: 'kill' } : WAIT;
}
