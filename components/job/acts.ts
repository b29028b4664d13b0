/**
 * Which act a status allows, and the short reason when it does not (DLI's matrix, dli-console 1.5). The server decides again at the
 * moment of the act; this is what the menus show without asking it.
 */
import type { JobAct, JobStatus } from '../../server/contract/job.ts';
import type { MessageKey } from '../i18n/dictionary.ts';

export type OffReason = Extract<MessageKey, `off.${string}`>;

/** Acts a status allows, one letter each: e edit, s start, x stop, t trigger savepoint, i import savepoint, d delete, r rename, c runtime configuration. */
const ALLOWED: Record<JobStatus, string> = {
  job_init: 'esidrc',
  job_submitting: 'xrc',
  job_submit_fail: 'esidrc',
  job_downloading: 'xrc',
  job_idle: 'xrc',
  job_running: 'extrc',
  job_savepointing: 'r',
  job_running_exception: 'esxidrc',
  job_canceling: 'r',
  job_cancel_success: 'esidrc',
  job_cancel_fail: 'xtrc',
  job_finish: 'esidrc',
  job_arrearage_stopped: 'eidrc',
  job_arrearage_recovering: 'xr',
};
const LETTER: Record<JobAct, string> = {
  edit: 'e',
  start: 's',
  stop: 'x',
  'trigger-savepoint': 't',
  'import-savepoint': 'i',
  delete: 'd',
  rename: 'r',
  'runtime-configuration': 'c',
  permissions: 'r',
};

function why(status: JobStatus, act: JobAct): OffReason {
  if (status === 'job_savepointing') return 'off.savepointing';
  if (status === 'job_canceling') return 'off.stopping';
  if (status === 'job_arrearage_stopped') return act === 'stop' ? 'off.alreadyStopped' : 'off.arrears';
  if (act === 'stop') return 'off.notRunning';
  if (act === 'trigger-savepoint') return status === 'job_submitting' || status === 'job_downloading' ? 'off.starting' : 'off.notRunning';
  if (act === 'start')
    return status === 'job_running' || status === 'job_idle'
      ? 'off.alreadyRunning'
      : status === 'job_cancel_fail'
        ? 'off.running'
        : 'off.starting';
  return 'off.running';
}

/** Null = allowed. */
export function offReason(act: JobAct, status: JobStatus): OffReason | null {
  return ALLOWED[status].includes(LETTER[act]) ? null : why(status, act);
}
