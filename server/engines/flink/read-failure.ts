/** From Flink's exceptions to what people and the restart policy are told: the innermost cause, whose matter it is, whether another try may help. */
import type { JobFailure } from '../../engine/runtime/wire.ts';
import { type RootCause, rootCauseOf } from './cluster.ts';
import type { FlinkException } from './job-manager.ts';
import type { Submission } from './submit.ts';

/** Flink's own frames around a failure: they say that it failed, not why. */
const FRAMES = /^(JobException|FlinkException|SuppressRestartsException|CompletionException|ExecutionException|SerializedThrowable)$/;

/** The newest entry whose cause says more than that the job failed. `isRestoring`: the run has a snapshot to restore and never ran. */
export function failureOf(entries: readonly FlinkException[], isRestoring: boolean): JobFailure {
  const all = entries.flatMap((entry) => [entry, ...entry.concurrentExceptions]);
  const told = all.map((one) => ({ one, cause: rootCauseOf(one.stacktrace) }));
  const best = told.find(({ cause }) => !FRAMES.test(cause.className)) ?? told[0];
  if (!best) return failure({ className: '', message: 'Flink says that the job failed, and gives no reason.' }, null, null, isRestoring);
  return failure(best.cause, best.one.taskName ?? null, best.one.stacktrace, isRestoring);
}

function failure(cause: RootCause, task: string | null, stack: string | null, isRestoring: boolean): JobFailure {
  // `Source: orders -> Calc[2] (1/4) - execution #3`: neither subtask nor attempt belong to the cause.
  const operator = task === null ? null : task.replace(/ \(\d+\/\d+\).*$/, '');
  const base = { operatorUid: operator, stack } as const;
  const text = `${cause.message} ${stack ?? ''}`;
  if (isRestoring && /Cannot map checkpoint\/savepoint state/.test(text)) {
    const message = `${cause.message} The job has no operator for this state. Allow dropping it in the start dialog, or start from another snapshot.`;
    return { ...base, message, causeKey: 'restore-incompatible', isRetryable: false, domain: 'user' };
  }
  if (isRestoring && /FileNotFoundException|Cannot find checkpoint|Cannot find meta data|Unexpected magic number|EOFException/.test(text)) {
    return { ...base, message: cause.message, causeKey: 'restore-broken', isRetryable: false, domain: 'external' };
  }
  if (isRestoring && /StateMigrationException|The new (?:key|state|namespace) serializer|maximum parallelism/.test(text)) {
    return { ...base, message: cause.message, causeKey: 'restore-incompatible', isRetryable: false, domain: 'user' };
  }
  if (cause.className === 'NoResourceAvailableException') {
    const message =
      'The cluster has not enough free slots for the parallelism of the job. Lower it, stop another job, or add TaskManagers.';
    return { ...base, message, causeKey: 'flink-slots', isRetryable: true, domain: 'external' };
  }
  const key = cause.className === '' ? 'flink' : `flink-${cause.className}`;
  const causeKey = operator === null ? key : `${key}@${operator}`;
  const message = cause.message === cause.className ? cause.className : `${cause.className}: ${cause.message}`;
  return { ...base, message, causeKey, isRetryable: true, domain: 'external' };
}

/**
 * Of a run that was not submitted. A job that fails while it begins may be told by the gateway before the JobManager is asked: what its snapshot has to
 * do with it is the same.
 */
export function failureOfSubmission(last: Exclude<Submission, { kind: 'submitted' }>, cluster: string, isRestoring: boolean): JobFailure {
  const detail = last.kind === 'refused' ? last.detail : null;
  if (detail !== null && isRestoring) {
    const told = failureOf([{ exceptionName: '', stacktrace: detail, timestamp: 0, concurrentExceptions: [] }], true);
    if (told.causeKey.startsWith('restore-')) return told;
  }
  const isUnreachable = last.kind === 'unreachable';
  return {
    message: isUnreachable ? `The Flink cluster ${cluster} is not reached: ${last.message} Nothing was started.` : last.message,
    causeKey: isUnreachable ? 'flink-unreachable' : 'flink-submit',
    operatorUid: null,
    isRetryable: last.kind !== 'refused',
    domain: last.kind === 'refused' ? 'user' : 'external',
    stack: detail,
  };
}
