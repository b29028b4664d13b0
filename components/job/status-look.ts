/** Hue of mark and word by status. The type makes sure that every status has a look. */
import type { JobStatus } from '../../server/contract/job.ts';

export type StatusHue = 'ok' | 'warn' | 'exc' | 'bad' | 'draft' | 'save' | 'off';

export const MARK_HUE: Record<JobStatus, StatusHue> = {
  job_init: 'draft',
  job_submitting: 'ok',
  job_submit_fail: 'bad',
  job_running: 'ok',
  job_running_exception: 'exc',
  job_downloading: 'ok',
  job_idle: 'ok',
  job_canceling: 'off',
  job_cancel_success: 'off',
  job_cancel_fail: 'bad',
  job_savepointing: 'save',
  job_arrearage_stopped: 'warn',
  job_arrearage_recovering: 'warn',
  job_finish: 'ok',
};

const T1 = 'text-text-1';
const T2 = 'text-text-2';
export const WORD_CLASS: Record<JobStatus, string> = {
  job_init: 'text-draft',
  job_submitting: T1,
  job_submit_fail: 'text-bad',
  job_running: T1,
  job_running_exception: 'text-exc',
  job_downloading: T1,
  job_idle: T1,
  job_canceling: T2,
  job_cancel_success: T2,
  job_cancel_fail: 'text-bad',
  job_savepointing: 'text-save',
  job_arrearage_stopped: 'text-warn',
  job_arrearage_recovering: 'text-warn',
  job_finish: T2,
};

/** Statuses in which something of the job is alive. */
export const ACTIVE_STATUSES: ReadonlySet<JobStatus> = new Set<JobStatus>([
  'job_submitting',
  'job_running',
  'job_downloading',
  'job_idle',
  'job_canceling',
  'job_cancel_fail',
  'job_savepointing',
  'job_arrearage_recovering',
]);

export const ALL_STATUSES = Object.keys(MARK_HUE) as JobStatus[];

/** The tabs above the list; the other statuses share one. */
export const STATUS_TABS: readonly JobStatus[] = [
  'job_running',
  'job_running_exception',
  'job_submit_fail',
  'job_cancel_success',
  'job_init',
];
