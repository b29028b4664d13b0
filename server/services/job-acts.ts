/** Which act is possible in which status (DLI's matrix), with the reason a menu shows. */

import type { ActState, JobAct, JobStatus } from '../contract/job.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';

const AT_REST: ReadonlySet<JobStatus> = new Set<JobStatus>([
  'job_init',
  'job_submit_fail',
  'job_running_exception',
  'job_cancel_success',
  'job_finish',
  'job_arrearage_stopped',
]);

/** `being stopped`, as a sentence of its own inside of others. */
export const statusWords = (status: JobStatus): Said => say(`said.status.${status}`);

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

type Rule = (status: JobStatus, isRestartPending: boolean) => readonly [reason: Said, sentence: Said] | null;

const needsRest: Rule = (status) =>
  isAtRest(status) ? null : [say('said.act.notStopped'), say('said.act.stopFirst', { status: statusWords(status) })];
const always: Rule = () => null;

const RULES: Record<JobAct, Rule> = {
  // A running job is edited too: the new version applies at the next start.
  edit: always,
  start: (status, isRestartPending) =>
    isRestartPending ? [say('said.act.restartPending'), say('said.act.restarts')] : needsRest(status, false),
  stop: (status, isRestartPending) =>
    STOPPABLE.has(status) || (status === 'job_running_exception' && isRestartPending)
      ? null
      : [say('said.act.notRunning'), say('said.act.nothingToStop', { status: statusWords(status) })],
  'trigger-savepoint': (status) =>
    CAN_SAVE.has(status) ? null : [say('said.act.notRunning'), say('said.act.noSavepoint', { status: statusWords(status) })],
  'import-savepoint': needsRest,
  // A running job is stopped first, by the same operation.
  delete: always,
  rename: always,
  'runtime-configuration': always,
  permissions: always,
};

export function refusalOfAct(act: JobAct, status: JobStatus, isRestartPending: boolean): Said | null {
  return RULES[act](status, isRestartPending)?.[1] ?? null;
}

export function actStates(status: JobStatus, isRestartPending: boolean): ActState[] {
  return (Object.keys(RULES) as JobAct[]).map((act) => {
    const no = RULES[act](status, isRestartPending);
    if (no === null) return { act, isAllowed: true, reason: null, reasonSaid: null, sentence: null, said: null };
    const [reason, sentence] = no;
    return { act, isAllowed: false, reason: inEnglish(reason), reasonSaid: reason, sentence: inEnglish(sentence), said: sentence };
  });
}
