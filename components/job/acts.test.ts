import { describe, expect, it } from 'vitest';
import { JOB_ACTS, JOB_STATUSES, type JobAct } from '../../server/contract/job.ts';
import { offReason } from './acts.ts';

/** The matrix of DLI's console, written down again by row: statuses in which the act is on. */
const ON: Partial<Record<JobAct, readonly string[]>> = {
  start: ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish'],
  stop: [
    'job_submitting',
    'job_downloading',
    'job_idle',
    'job_running',
    'job_running_exception',
    'job_cancel_fail',
    'job_arrearage_recovering',
  ],
  'trigger-savepoint': ['job_running', 'job_cancel_fail'],
  'import-savepoint': ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish', 'job_arrearage_stopped'],
  delete: ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish', 'job_arrearage_stopped'],
};

describe('acts by status', () => {
  it('are those of the matrix', () => {
    for (const [act, on] of Object.entries(ON)) {
      expect([act, JOB_STATUSES.filter((status) => offReason(act as JobAct, status) === null).sort()]).toEqual([act, [...on].sort()]);
    }
  });

  it('give a reason wherever they are off, and renaming is always on', () => {
    for (const status of JOB_STATUSES) {
      expect(offReason('rename', status)).toBeNull();
      for (const act of JOB_ACTS) expect(offReason(act, status)).not.toBe('');
    }
    expect(offReason('start', 'job_running')).toBe('off.alreadyRunning');
    expect(offReason('import-savepoint', 'job_running')).toBe('off.running');
    expect(offReason('stop', 'job_canceling')).toBe('off.stopping');
  });
});
