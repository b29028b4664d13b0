/**
 * POST streaming/jobs/run. `resume_savepoint` true, or not named, goes on from the job's newest snapshot, be it a savepoint or a checkpoint;
 * false starts empty, which is refused for a job that ever had state, since this API has no field in which its name could be typed.
 *
 * Where the console would ask for the name only because records are read again and shown twice, `true` is the answer to that question:
 * going back to a snapshot means just this. Nothing else is taken for granted: records lost, state dropped, sources that do not tell
 * refuse the start. The accepted start names its snapshot, so that it can never become an empty one.
 */
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { StartJobs, StartPreview } from '../contract/start.ts';
import type { ConsoleContext } from '../services/context.ts';
import { previewStart, startJobs } from '../services/start-jobs.ts';
import { type Act, type ArrayAnswer, onEach } from './act-on-jobs.ts';

type Wanted = StartJobs['jobs'][number];

const DELIVERED = 'The request for submitting DLI jobs is successfully delivered.';
const WAY_OUT = 'This API has no field for the name; use Start in the console.';

/** Null where more than a repetition of records is at stake. */
function acceptedByResuming({ jobId, jobName, verdict, snapshot, loss, operators, blockedBy }: StartPreview): Wanted | null {
  const keepsState = operators.every(
    (operator) => operator.fate !== 'dropped' && operator.fate !== 'changed' && operator.fate !== 'incompatible',
  );
  if (snapshot === null || blockedBy !== null || loss.lost.value !== 0 || !keepsState) return null;
  return {
    jobId,
    choice: { kind: 'snapshot', snapshotId: snapshot.id },
    acceptance: { verdict, lost: 0, doubled: null, typedName: jobName },
    allowNonRestoredState: false,
  };
}

async function wantedStart(context: ConsoleContext, call: UserCall, jobId: number, resume: boolean | null | undefined): Promise<Wanted> {
  const newest: Wanted = { jobId, choice: { kind: 'newest' }, allowNonRestoredState: false };
  if (resume === false) return { ...newest, choice: { kind: 'empty' } };
  if (resume !== true) return newest;
  await requireJob(context.database, call.caller, jobId, 'start');
  const { previews } = await previewStart(context, call, [newest]);
  const preview = previews[0];
  return (preview?.needsName ? acceptedByResuming(preview) : null) ?? newest;
}

export function runJobs(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly job_ids: readonly number[]; readonly resume_savepoint?: boolean | null | undefined },
): Promise<ArrayAnswer> {
  const resume = input.resume_savepoint;
  const act: Act = async (jobId) => startJobs(context, call, { jobs: [await wantedStart(context, call, jobId, resume)] });
  const wayOut = resume === true ? WAY_OUT : `${WAY_OUT} To go on from the newest snapshot send resume_savepoint=true.`;
  return onEach(input.job_ids, act, DELIVERED, wayOut);
}
