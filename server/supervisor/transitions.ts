/**
 * Legal moves between DLI's 14 statuses, one table. Whoever moves a job asks here; a move that is not in the table is a broken invariant.
 * Services write a desire together with the status people see at once, the supervisor does the rest.
 */
import type { JobStatus } from '../contract/job.ts';

/** From each status to those that may follow. */
export const LEGAL_MOVES: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  job_init: ['job_submitting', 'job_canceling'],
  job_submitting: [
    'job_downloading',
    'job_running',
    'job_submit_fail',
    'job_running_exception',
    'job_canceling',
    'job_cancel_success',
    'job_finish',
  ],
  job_submit_fail: ['job_submitting', 'job_canceling'],
  job_downloading: ['job_submitting', 'job_running', 'job_submit_fail', 'job_running_exception', 'job_canceling', 'job_cancel_success'],
  job_idle: ['job_running', 'job_running_exception', 'job_canceling', 'job_savepointing', 'job_finish'],
  // To submitting: the console was stopped, and the job is started again by itself.
  job_running: [
    'job_savepointing',
    'job_canceling',
    'job_running_exception',
    'job_submitting',
    'job_cancel_success',
    'job_finish',
    'job_idle',
    'job_arrearage_stopped',
  ],
  job_running_exception: ['job_submitting', 'job_running', 'job_canceling', 'job_cancel_success', 'job_finish'],
  job_canceling: ['job_cancel_success', 'job_cancel_fail', 'job_running', 'job_running_exception', 'job_submitting', 'job_finish'],
  job_cancel_success: ['job_submitting', 'job_canceling'],
  job_cancel_fail: [
    'job_running',
    'job_savepointing',
    'job_canceling',
    'job_cancel_success',
    'job_running_exception',
    'job_submitting',
    'job_finish',
  ],
  job_savepointing: [
    'job_running',
    'job_canceling',
    'job_cancel_fail',
    'job_cancel_success',
    'job_running_exception',
    'job_submitting',
    'job_finish',
  ],
  job_arrearage_stopped: ['job_arrearage_recovering', 'job_submitting', 'job_canceling'],
  job_arrearage_recovering: ['job_running', 'job_arrearage_stopped', 'job_canceling', 'job_running_exception'],
  job_finish: ['job_submitting', 'job_canceling'],
};

export function isLegalMove(from: JobStatus, to: JobStatus): boolean {
  return from === to || LEGAL_MOVES[from].includes(to);
}
