/** Which act is possible in which status (DLI's matrix), with the reason a menu shows. */
import type { ActState, JobAct, JobStatus } from '../contract/job.ts';

const AT_REST: ReadonlySet<JobStatus> = new Set<JobStatus>([
  'job_init',
  'job_submit_fail',
  'job_running_exception',
  'job_cancel_success',
  'job_finish',
  'job_arrearage_stopped',
]);

const STATUS_WORDS: Record<JobStatus, string> = {
  job_init: 'draft',
  job_submitting: 'being submitted',
  job_submit_fail: 'not submitted',
  job_running: 'running',
  job_running_exception: 'stopped by an exception',
  job_downloading: 'downloading',
  job_idle: 'idle',
  job_canceling: 'being stopped',
  job_cancel_success: 'stopped',
  job_cancel_fail: 'not stopped',
  job_savepointing: 'creating a savepoint',
  job_arrearage_stopped: 'stopped due to arrears',
  job_arrearage_recovering: 'recovering',
  job_finish: 'completed',
};

export function statusWords(status: JobStatus): string {
  return STATUS_WORDS[status];
}

export function isAtRest(status: JobStatus): boolean {
  return AT_REST.has(status);
}

const STOPPABLE: ReadonlySet<JobStatus> = new Set<JobStatus>([
  'job_submitting',
  'job_downloading',
  'job_idle',
  'job_running',
  'job_cancel_fail',
  'job_arrearage_recovering',
]);
const CAN_SAVE: ReadonlySet<JobStatus> = new Set<JobStatus>(['job_running', 'job_cancel_fail']);

type Rule = (status: JobStatus, isRestartPending: boolean) => readonly [reason: string, sentence: string] | null;

const needsRest: Rule = (status) => (isAtRest(status) ? null : ['Not stopped', `The job is ${STATUS_WORDS[status]}. Stop it first.`]);
const always: Rule = () => null;

const RULES: Record<JobAct, Rule> = {
  // A running job is edited too: the new version applies at the next start.
  edit: always,
  start: (status, isRestartPending) =>
    isRestartPending ? ['Restart pending', 'The job is restarted by itself. Stop it to start it otherwise.'] : needsRest(status, false),
  stop: (status, isRestartPending) =>
    STOPPABLE.has(status) || (status === 'job_running_exception' && isRestartPending)
      ? null
      : ['Not running', `The job is ${STATUS_WORDS[status]}; there is nothing to stop.`],
  'trigger-savepoint': (status) =>
    CAN_SAVE.has(status) ? null : ['Not running', `The job is ${STATUS_WORDS[status]}; a savepoint can be triggered while it runs.`],
  'import-savepoint': needsRest,
  // A running job is stopped first, by the same operation.
  delete: always,
  rename: always,
  'runtime-configuration': always,
  permissions: always,
};

export function refusalOfAct(act: JobAct, status: JobStatus, isRestartPending: boolean): string | null {
  return RULES[act](status, isRestartPending)?.[1] ?? null;
}

export function actStates(status: JobStatus, isRestartPending: boolean): ActState[] {
  return (Object.keys(RULES) as JobAct[]).map((act) => {
    const no = RULES[act](status, isRestartPending);
    return { act, isAllowed: no === null, reason: no?.[0] ?? null, sentence: no?.[1] ?? null };
  });
}
