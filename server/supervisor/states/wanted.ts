/** The job should run and nobody asked for anything: it runs, or ended by itself, or failed and is started again as its options say. */
import { type Action, isOpen, type JobView, WAIT, waitUntil } from '../job-view.ts';

export function whileWanted(view: JobView): Action {
  const { run, restart } = view;
  if (isOpen(run)) return WAIT;
  if (run?.end === 'finished') return { kind: 'record-finish' };
  // It stopped with a savepoint after the operation had given up waiting: what was asked for has come about.
  if (run?.end === 'stopped') return { kind: 'record-stop' };
  if (!restart) return WAIT;
  if (restart.kind === 'resume') return { kind: 'begin-run', by: 'resume' };
  if (restart.kind === 'give-up') return { kind: 'give-up', message: restart.message, isBreaker: restart.why === 'breaker' };
  return restart.atMs <= view.nowMs ? { kind: 'begin-run', by: 'restart' } : waitUntil(restart.atMs);
}
