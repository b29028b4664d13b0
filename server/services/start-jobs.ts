/**
 * Start jobs, each from its own choice of snapshot. The preview is made again at the moment of the act: a start that would lose or
 * double more than was shown, or whose cost is not known, is refused until the job's name is typed; one that may only fail, until "anyway" is said.
 */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobStatus } from '../contract/job.ts';
import type { ActResult } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { Acceptance, RestoreChoice, StartJobs, StartPreview } from '../contract/start.ts';
import type { ConsoleContext } from './context.ts';
import { refusalOfAct } from './job-acts.ts';
import { isRestartPending } from './job-view.ts';
import { accepted, resultOf, writeOperation } from './write-operation.ts';

export async function previewStart(
  context: ConsoleContext,
  call: UserCall,
  jobs: readonly { readonly jobId: number; readonly choice: RestoreChoice }[],
): Promise<{ previews: StartPreview[] }> {
  for (const { jobId } of jobs) await requireJob(context.database, call.caller, jobId);
  return { previews: await Promise.all(jobs.map(({ jobId, choice }) => context.previews.previewStart(jobId, choice))) };
}

/** null when the start may go on; else what to say. */
export function refusalOfStart(preview: StartPreview, acceptance: Acceptance | undefined): Refusal | null {
  if (preview.blockedBy !== null) return new Refusal('snapshot-not-restorable', preview.blockedSaid);
  if (acceptance?.typedName === preview.jobName) {
    // Who gives up the state gives up what comes after it.
    const isWorse =
      preview.discarded === null &&
      (worse(preview.loss.lost.value, acceptance.lost) || worse(preview.loss.doubled.value, acceptance.doubled));
    return isWorse ? new Refusal('acceptance-needed', say('said.no.startWorse', { sentence: preview.said }), preview) : null;
  }
  if (preview.needsName) {
    return new Refusal('acceptance-needed', say('said.no.startName', { sentence: preview.said, name: preview.jobName }), preview);
  }
  if (preview.needsConfirmation && acceptance?.anyway !== true) {
    return new Refusal('acceptance-needed', [...preview.said, say('said.no.startAnyway')], preview);
  }
  if (acceptance && worse(preview.loss.lost.value, acceptance.lost)) {
    return new Refusal('acceptance-needed', say('said.no.startWorse', { sentence: preview.said }), preview);
  }
  return null;
}

/** `shown` null: what was shown was "not known", which nothing is worse than. */
function worse(now: number | null, shown: number | null): boolean {
  if (shown === null) return false;
  return now === null || now > shown;
}

async function startJob(context: ConsoleContext, call: UserCall, wanted: StartJobs['jobs'][number]): Promise<Omit<ActResult, 'jobId'>> {
  const { database } = context;
  const job = await requireJob(database, call.caller, wanted.jobId, 'start');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(database, call, 'submitStreamJobs', object, async (note) => {
    const row = await database.job.findUniqueOrThrow({ where: { id: job.id } });
    // Cheap refusals before the preview asks sources and store.
    const no = refusalOfAct('start', row.status as JobStatus, isRestartPending(row));
    if (no !== null) throw new Refusal('wrong-status', no);
    const preview = await context.previews.previewStart(job.id, wanted.choice);
    const refusal = refusalOfStart(preview, wanted.acceptance);
    if (refusal) throw refusal;
    note.after = { choice: wanted.choice, snapshot: preview.snapshot?.path ?? null, verdict: preview.verdict, lost: preview.loss.lost };
    const operationId = await writeOperation(
      context,
      call,
      {
        jobId: job.id,
        act: 'start',
        request: {
          kind: 'start',
          version: row.version,
          choice: wanted.choice,
          snapshotId: preview.snapshot?.id ?? null,
          allowNonRestoredState: wanted.allowNonRestoredState,
          acceptance: wanted.acceptance ?? null,
        },
        desired: 'running',
        status: 'job_submitting',
        deadlineMs: null,
      },
      note,
    );
    return accepted(
      operationId,
      preview.snapshot ? say('said.act.startingFrom', { name: preview.snapshot.name }) : say('said.act.starting'),
    );
  });
}

export async function startJobs(context: ConsoleContext, call: UserCall, input: StartJobs): Promise<{ results: ActResult[] }> {
  const results: ActResult[] = [];
  for (const wanted of input.jobs) results.push(await resultOf(wanted.jobId, () => startJob(context, call, wanted)));
  return { results };
}
