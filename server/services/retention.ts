/** Retention rules of a job: what it sets itself, what the console's defaults say, and what the rule in force would take now. */
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { JobRetention, RetentionChange, RetentionRule } from '../contract/snapshot-storage.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import { expiredBy } from '../snapshots/retention-rule.ts';
import type { ConsoleContext } from './context.ts';
import { readOptions } from './job-view.ts';
import { readSettings } from './settings.ts';
import { updateJob } from './update-job.ts';

type Own = JobRetention['own'];

async function ownRule(database: DatabaseOrTransaction, jobId: number): Promise<Own> {
  const row = await database.retentionRule.findUnique({ where: { jobId } });
  return { checkpointDays: row?.checkpointDays ?? null, savepoints: row?.savepoints ?? null, savepointDays: row?.savepointDays ?? null };
}

async function retentionWith(context: ConsoleContext, jobId: number, own: Own, checkpoints: number): Promise<JobRetention> {
  const { database } = context;
  const settings = await readSettings(database);
  const defaults = {
    checkpointDays: settings.checkpointRetentionDays,
    savepoints: settings.savepointsRetained,
    savepointDays: settings.savepointRetentionDays,
  };
  const effective: RetentionRule = {
    checkpoints,
    checkpointDays: own.checkpointDays ?? defaults.checkpointDays,
    savepoints: own.savepoints ?? defaults.savepoints,
    savepointDays: own.savepointDays ?? defaults.savepointDays,
  };
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const rows = await database.snapshot.findMany({
    where: { jobId, deletedAt: null },
    orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }],
  });
  const going = expiredBy(effective, rows, job.newestSnapshotId, context.clock.nowMs());
  const bytes = going.reduce((sum, row) => sum + Number(row.sizeBytes), 0);
  return { jobId, own, defaults, effective, goes: { snapshots: going.length, bytes, names: going.slice(0, 20).map((row) => row.name) } };
}

async function savedOptions(context: ConsoleContext, jobId: number) {
  const job = await context.database.job.findUniqueOrThrow({ where: { id: jobId } });
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  return readOptions(version.optionsJson);
}

export async function getJobRetention(context: ConsoleContext, call: UserCall, jobId: number): Promise<JobRetention> {
  await requireJob(context.database, call.caller, jobId);
  const { checkpointsRetained } = await savedOptions(context, jobId);
  return retentionWith(context, jobId, await ownRule(context.database, jobId), checkpointsRetained);
}

/** The supervisor takes what the rule says at its next look; what is taken can not be brought back, so a page shows the dry run first. */
export async function setJobRetention(
  context: ConsoleContext,
  call: UserCall,
  input: RetentionChange & { readonly jobId: number },
): Promise<JobRetention> {
  const { database } = context;
  const { jobId, checkpoints, dryRun, checkpointDays, savepoints, savepointDays } = input;
  const own: Own = { checkpointDays, savepoints, savepointDays };
  const { checkpointsRetained } = await requireJob(database, call.caller, jobId, 'update').then(() => savedOptions(context, jobId));
  const wanted = checkpoints ?? checkpointsRetained;
  if (dryRun) return retentionWith(context, jobId, own, wanted);
  const job = await requireJob(database, call.caller, jobId, 'update');
  return audited(database, call, 'changeRetention', { type: 'job', id: String(jobId), name: job.name }, async (note) => {
    note.before = { ...(await ownRule(database, jobId)), checkpoints: checkpointsRetained };
    note.after = { ...own, checkpoints: wanted };
    if (wanted !== checkpointsRetained) {
      await updateJob(context, call, { jobId, baseVersion: null, options: { checkpointsRetained: wanted } });
    }
    await database.$transaction(async (tx) => {
      await tx.retentionRule.upsert({ where: { jobId }, create: { jobId, ...own }, update: own });
      await note.recordIn(tx);
    });
    context.supervisor.wake();
    return retentionWith(context, jobId, own, wanted);
  });
}
