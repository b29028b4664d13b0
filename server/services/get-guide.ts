/** The restart guide for one job: its facts are read, the answers are worked out by server/guide. */

import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { engineOfQueue } from '../connections/flink-clusters.ts';
import type { AlarmCondition } from '../contract/alarms.ts';
import type { Guide } from '../contract/guide.ts';
import { DEFAULT_JOB_OPTIONS, type JobOptions } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import type { Figure } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { StartPreview } from '../contract/start.ts';
import type { Prisma } from '../db/open-database.ts';
import { answerGuide } from '../guide/answer-guide.ts';
import type { GuideFacts, GuidePlan } from '../guide/facts.ts';
import { guidePlanOf } from '../guide/source-startup.ts';
import { USABLE } from '../snapshots/catalogue.ts';
import { basisOf } from '../snapshots/figures.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { readOptions } from './job-view.ts';
import { readSettings } from './settings.ts';

type JobRow = Prisma.JobGetPayload<{ include: { tags: true } }>;

const NONE: Figure = { value: 0, confidence: 'exact', basis: null };

/** A job as it is made: one source of a consumer group, state, one sink that commits. */
const AS_MADE: GuideFacts = {
  isJar: false,
  engine: 'embedded',
  isRunning: false,
  hadState: true,
  options: DEFAULT_JOB_OPTIONS,
  plan: {
    statefulOperators: 1,
    sources: [{ name: 'source', startup: 'group', drops: true }],
    sinks: [{ name: 'sink', guarantee: 'exactly-once' }],
    keyGroups: 128,
  },
  snapshots: [],
  readAgain: NONE,
  gone: NONE,
  safeForMs: null,
  failedSince: 0,
  run: null,
  edit: null,
  hasCheckpointAlarm: false,
  sharesPathWith: [],
  undoDays: 7,
};

export async function getGuide(context: ConsoleContext): Promise<Guide> {
  const { undoDays } = await readSettings(context.database);
  return { job: null, answers: answerGuide({ ...AS_MADE, undoDays }), checkedAt: context.clock.nowMs() };
}

export async function getJobGuide(context: ConsoleContext, call: UserCall, jobId: number): Promise<Guide> {
  await requireJob(context.database, call.caller, jobId);
  const job = await context.database.job.findUniqueOrThrow({ where: { id: jobId }, include: { tags: true } });
  const answers = answerGuide(await readFacts(context, job));
  return { job: { id: job.id, name: job.name }, answers, checkedAt: context.clock.nowMs() };
}

async function readFacts(context: ConsoleContext, job: JobRow): Promise<GuideFacts> {
  const { database } = context;
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  const options = readOptions(version.optionsJson);
  const isJar = job.type === 'flink_jar_job';
  const isRunning = !isAtRest(job.status as Parameters<typeof isAtRest>[0]);
  const [plan, preview, queue, snapshots, run, hasCheckpointAlarm, sharesPathWith, { undoDays }] = await Promise.all([
    isJar ? null : planOf(context, version.sql, options),
    context.previews.previewStart(job.id, { kind: 'newest' }),
    engineOfQueue(database, job.projectId, job.queueName),
    newestSnapshots(context, job.id),
    runUnderWay(context, job.id),
    isCheckpointWatched(context, job),
    jobsWithPath(context, job, options.checkpointPath),
    readSettings(database),
  ]);
  const safe = preview.positions.flatMap((position) => position.safeForMs ?? []);
  return {
    isJar,
    engine: queue ?? 'embedded',
    isRunning,
    hadState: job.hadState,
    options,
    plan,
    snapshots,
    readAgain: isRunning ? exposureOf(job) : preview.loss.readAgain,
    gone: preview.snapshot === null ? NONE : preview.loss.lost,
    safeForMs: safe.length === 0 ? null : Math.min(...safe),
    failedSince: job.checkpointFailuresSince,
    run,
    edit: editOf(job, preview),
    hasCheckpointAlarm,
    sharesPathWith,
    undoDays,
  };
}

async function planOf(context: ConsoleContext, sql: string, options: JobOptions): Promise<GuidePlan | null> {
  const planned = await context.planner.plan(sql, settingsOfOptions(options));
  return planned.kind === 'planned' ? guidePlanOf(planned.plan) : null;
}

function exposureOf(job: JobRow): Figure {
  if (job.exposureRecords === null) return { value: null, confidence: 'unknown', ...basisOf(say('said.basis.noCountsJob')) };
  const value = Number(job.exposureRecords);
  return {
    value,
    confidence: value === 0 ? 'exact' : 'estimate',
    ...(value === 0 ? { basis: null } : basisOf(say('said.basis.reported'))),
  };
}

/** The two that a restart would look at first. Counts of records are of one run: those of two runs do not compare. */
async function newestSnapshots(context: ConsoleContext, jobId: number): Promise<GuideFacts['snapshots']> {
  const rows = await context.database.snapshot.findMany({
    where: { jobId, ...USABLE },
    orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }],
    take: 2,
  });
  const first = rows[0];
  return rows.map((row) => ({
    name: row.name,
    recordsIn: row.runNumber !== first?.runNumber || row.recordsIn === null ? null : Number(row.recordsIn),
  }));
}

async function runUnderWay(context: ConsoleContext, jobId: number): Promise<GuideFacts['run']> {
  const { database } = context;
  const run = await database.run.findFirst({ where: { jobId, endedAt: null }, orderBy: { number: 'desc' } });
  if (!run) return null;
  const own = await database.snapshot.count({ where: { jobId, runNumber: run.number, ...USABLE } });
  const from = run.restoredFromId === null ? null : await database.snapshot.findUnique({ where: { id: run.restoredFromId } });
  return { startedFrom: from?.name ?? null, hasOwn: own > 0 };
}

function editOf(job: JobRow, { snapshot, operators }: StartPreview): GuideFacts['edit'] {
  if (snapshot === null || snapshot.jobVersion === null || snapshot.jobVersion === job.version) return null;
  const count = (...fates: readonly string[]) => operators.filter((operator) => fates.includes(operator.fate)).length;
  return { kept: count('kept', 'rescaled', 'changed'), fresh: count('new'), dropped: count('dropped') };
}

const WATCHES: readonly AlarmCondition['kind'][] = ['no-checkpoint', 'rpo'];

async function isCheckpointWatched(context: ConsoleContext, job: JobRow): Promise<boolean> {
  const rules = await context.database.alarmRule.findMany({ where: { projectId: job.projectId, isEnabled: true } });
  return rules.some((rule) => {
    const condition = JSON.parse(rule.conditionJson) as AlarmCondition;
    const scope = JSON.parse(rule.scopeJson) as { jobIds: number[] | null; tag: { key: string; value: string } | null };
    const covers =
      (scope.jobIds === null || scope.jobIds.includes(job.id)) &&
      (scope.tag === null || job.tags.some((tag) => tag.key === scope.tag?.key && tag.value === scope.tag.value));
    return WATCHES.includes(condition.kind) && covers;
  });
}

/** Names of other jobs whose saved version has that Checkpoint Path. */
async function jobsWithPath(context: ConsoleContext, job: JobRow, path: string): Promise<string[]> {
  if (path === '') return [];
  const rows = await context.database.jobVersion.findMany({
    where: { optionsJson: { contains: JSON.stringify(path) }, job: { projectId: job.projectId, deletedAt: null, NOT: { id: job.id } } },
    select: { number: true, optionsJson: true, job: { select: { name: true, version: true } } },
  });
  return rows
    .filter((row) => row.number === row.job.version && readOptions(row.optionsJson).checkpointPath === path)
    .map((row) => row.job.name);
}
