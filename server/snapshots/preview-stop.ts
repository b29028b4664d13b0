/** What stopping costs in each way, and what a failure this moment would cost: from its last counts and the newest snapshot. */

import type { Environment } from '../config/environment.ts';
import type { Exposure } from '../contract/job.ts';
import { jobOptionsSchema } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import type { Figure } from '../contract/primitives.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { SnapshotOrigin } from '../contract/snapshot.ts';
import type { StopMode, StopPreview } from '../contract/stop.ts';
import type { Prisma } from '../db/open-database.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import { fillInJob } from '../variables/fill-in.ts';
import { variablesOfRun } from '../variables/read-variables.ts';
import type { SnapshotContext } from './context.ts';
import { NONE, worstOf } from './figures.ts';
import { previewSinks, type SinkPreview } from './preview-sinks.ts';
import { readExposure } from './read-exposure.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

/** Running, so that there is something to save. */
const CAN_SAVE = ['job_running', 'job_cancel_fail'];
const WITHOUT_MS = 1_000;

export async function previewStop(context: SnapshotContext, jobId: number): Promise<StopPreview> {
  const { database } = context;
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const plan = await planOf(context, job);
  const last = await database.snapshot.findMany({ where: { jobId }, orderBy: { createdAt: 'desc' }, take: 20 });
  const tookMs = last.find((row) => row.kind === 'savepoint')?.durationMs ?? last[0]?.durationMs ?? null;
  const canSave = CAN_SAVE.includes(job.status);
  const again = await readExposure(context, jobId);
  const modes = (['savepoint', 'drain', 'without'] as const).map((mode) => modePreview(mode, canSave, again, tookMs, plan));
  const version = await database.jobVersion.findUniqueOrThrow({
    where: { jobId_number: { jobId, number: job.runningVersion ?? job.version } },
  });
  const { bucket } = jobOptionsSchema.parse(JSON.parse(version.optionsJson));
  return {
    jobId,
    jobName: job.name,
    defaultMode: canSave ? 'savepoint' : 'without',
    modes,
    savepointFolder: savepointFolder(context.environment.objectStore, jobId, bucket),
    stateBytes: job.stateBytes === null ? null : Number(job.stateBytes),
    checkedAt: context.clock.nowMs(),
  };
}

function modePreview(
  mode: StopMode,
  canSave: boolean,
  again: Figure,
  tookMs: number | null,
  plan: PhysicalPlan | null,
): StopPreview['modes'][number] {
  const isSaved = mode !== 'without';
  const readAgain = isSaved ? NONE : again;
  const sinks = plan ? previewSinks(plan, { lost: NONE, readAgain, committed: NONE }) : [];
  return {
    mode,
    isAllowed: isSaved ? canSave : true,
    note: inEnglish(noteOf(mode, canSave)),
    said: [noteOf(mode, canSave)],
    lost: NONE,
    readAgain,
    doubled: doubledIn(sinks, readAgain),
    tookMs: mode === 'without' ? WITHOUT_MS : tookMs,
    sinks,
  };
}

function noteOf(mode: StopMode, canSave: boolean): Said {
  if (mode === 'without') return say('said.stop.without');
  if (!canSave) return say('said.stop.nothingToSave');
  if (mode === 'drain') return say('said.stop.drain');
  return say('said.stop.savepoint');
}

/** Without a plan nobody knows how the sinks write: then all that is read again may come twice. */
const doubledIn = (sinks: readonly SinkPreview[], readAgain: Figure): Figure =>
  sinks.length === 0 ? readAgain : worstOf(sinks.map((sink) => sink.doubled));

async function planOf(context: SnapshotContext, job: JobRow): Promise<PhysicalPlan | null> {
  const number = job.runningVersion ?? job.version;
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number } } });
  const run = await context.database.run.findFirst({ where: { jobId: job.id, endedAt: null }, select: { variablesJson: true } });
  // What runs has the values it was started with.
  const known = run ? variablesOfRun(run) : await context.variablesOf(job.projectId);
  const filled = fillInJob(version.sql, jobOptionsSchema.parse(JSON.parse(version.optionsJson)), known);
  if (filled.kind === 'refused') return null;
  const planned = await context.plan(filled.sql, settingsOfOptions(filled.options));
  return planned.kind === 'planned' ? planned.plan : null;
}

function savepointFolder(store: Environment['objectStore'], jobId: number, bucket: string): string {
  const given = bucket.replace(/^[a-z0-9]+:\/\//, '').replace(/\/+$/, '');
  return `${given === '' ? `obs://${store.defaultBucket}/${store.prefix}` : `obs://${given}/`}jobs/savepoint/${jobId}`;
}

export async function exposureNow(context: SnapshotContext, jobId: number): Promise<Exposure> {
  const job = await context.database.job.findUniqueOrThrow({ where: { id: jobId } });
  const snapshot =
    job.newestSnapshotId === null ? null : await context.database.snapshot.findUnique({ where: { id: job.newestSnapshotId } });
  const readAgain = await readExposure(context, jobId);
  const plan = await planOf(context, job);
  const sinks = plan ? previewSinks(plan, { lost: NONE, readAgain, committed: NONE }) : [];
  return {
    checkedAt: context.clock.nowMs(),
    lost: NONE,
    readAgain,
    doubled: doubledIn(sinks, readAgain),
    snapshot: snapshot && {
      snapshotId: snapshot.id,
      name: snapshot.name,
      origin: snapshot.origin as SnapshotOrigin,
      at: snapshot.createdAt.getTime(),
      failedSince: job.checkpointFailuresSince,
    },
  };
}
