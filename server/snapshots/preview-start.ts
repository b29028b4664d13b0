/**
 * The start preview: which snapshot would be used and what the start costs. Reads the catalogue, the manifest, the plan of the saved SQL and the
 * positions that sources still hold; changes nothing.
 */

import { DEFAULT_SETTINGS } from '../contract/administration.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import type { Figure, Verdict } from '../contract/primitives.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { RestoreChoice, StartPreview } from '../contract/start.ts';
import type { Prisma } from '../db/open-database.ts';
import { SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { SnapshotRow } from './catalogue.ts';
import { candidatesOfStart, chooseFirstRestorable, type PassedOver } from './choose-snapshot.ts';
import { compareOperators, type OperatorFate } from './compare-operators.ts';
import { planProblem, type SnapshotContext } from './context.ts';
import { NONE, sumOf, unknown, verdictOf, worstOf } from './figures.ts';
import { type PartitionPreview, previewPositions } from './preview-positions.ts';
import { previewSinks } from './preview-sinks.ts';
import { probeStart } from './probe-start.ts';
import { recordsSince } from './records-since.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

interface Chosen {
  readonly row: SnapshotRow | null;
  readonly manifest: Manifest | null;
  readonly passedOver: readonly PassedOver[];
  readonly blockedBy: string | null;
}

interface Found {
  readonly job: JobRow;
  readonly options: JobOptions;
  readonly choice: RestoreChoice;
  readonly chosen: Chosen;
  readonly plan: PhysicalPlan | null;
  readonly blockedBy: string | null;
}

export async function previewStart(context: SnapshotContext, jobId: number, choice: RestoreChoice): Promise<StartPreview> {
  const { database } = context;
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  const options = jobOptionsSchema.parse(JSON.parse(version.optionsJson));
  const [planned, chosen] = await Promise.all([context.plan(version.sql, settingsOfOptions(options)), choose(context, job, choice)]);
  const plan = planned.kind === 'planned' ? planned.plan : null;
  const blockedBy =
    planned.kind === 'planned' ? (chosen.blockedBy ?? (await probeStart(context, planned.plan, options))) : planProblem(planned);
  return assemble(context, { job, options, choice, chosen, plan, blockedBy });
}

async function choose(context: SnapshotContext, job: JobRow, choice: RestoreChoice): Promise<Chosen> {
  const nothing = { row: null, manifest: null, passedOver: [], blockedBy: null };
  if (choice.kind === 'time' && job.hadState) {
    return { ...nothing, blockedBy: 'A start time is only for a job without state. Start from a snapshot, or empty.' };
  }
  const candidates = await candidatesOfStart(context.database, job.id, choice);
  if (choice.kind === 'snapshot' && candidates.length === 0) return { ...nothing, blockedBy: 'The chosen snapshot is no longer there.' };
  const found = await chooseFirstRestorable(context.store, candidates);
  switch (found.kind) {
    case 'snapshot':
      return { row: found.row, manifest: found.manifest, passedOver: found.passedOver, blockedBy: null };
    case 'none':
      return nothing;
    case 'all-damaged': {
      const first = found.passedOver[0] as PassedOver;
      return { ...nothing, passedOver: found.passedOver, blockedBy: `No snapshot can be restored. ${first.name}: ${first.reason}` };
    }
    case 'unreachable':
      return { ...nothing, blockedBy: `The snapshots cannot be read: ${found.reason}` };
  }
}

async function assemble(context: SnapshotContext, found: Found): Promise<StartPreview> {
  const { job, choice, chosen, plan, options, blockedBy } = found;
  const { row, manifest } = chosen;
  const positions = plan ? await previewPositions(context, plan, manifest) : { partitions: [], silent: [] };
  const since = row && manifest ? await recordsSince(context, row, manifest) : { readAgain: NONE, committed: NONE };
  const discards = job.hadState && row === null;
  const operators = plan && manifest ? compareOperators(manifest, plan, options.parallelism) : [];
  const lost = lostBy(discards, positions.partitions, positions.silent);
  const sinks = plan ? previewSinks(plan, { lost, ...since }) : [];
  const doubled = worstOf(sinks.map((sink) => sink.doubled));
  const waiting = sumOf(positions.partitions.map((one) => one.waiting));
  const verdict = blockedBy === null ? verdictOf(lost, since.readAgain, doubled) : 'bad';
  const dropped = operators.filter((operator) => operator.fate === 'dropped');
  const facts = { found, verdict, lost, readAgain: since.readAgain, doubled, waiting, silent: positions.silent, discards, dropped };
  const said = blockedBy === null ? sentencesOf(facts) : [];
  return {
    jobId: job.id,
    jobName: job.name,
    choice,
    snapshot: row && (await viewOf(context, row)),
    passedOver: chosen.passedOver.map(({ name, reason }) => ({ name, reason })),
    verdict,
    sentence: blockedBy ?? inEnglish(said),
    said,
    loss: { lost, readAgain: since.readAgain, doubled, waiting },
    positions: [...positions.partitions],
    sinks,
    operators,
    discardedStateBytes: discards ? await newestBytes(context, job) : null,
    capacity: await capacityOf(context, job),
    needsName: verdict === 'bad' || verdict === 'unknown' || discards || dropped.length > 0,
    blockedBy,
    checkedAt: context.clock.nowMs(),
  };
}

function lostBy(discards: boolean, partitions: readonly PartitionPreview[], silent: readonly string[]): Figure {
  if (discards) return unknown('the state that the job had is discarded');
  if (silent.length > 0) return unknown(silent[0] as string);
  return sumOf(partitions.map((one) => one.lost));
}

interface SentenceFacts {
  readonly found: Found;
  readonly verdict: Verdict;
  readonly lost: Figure;
  readonly readAgain: Figure;
  readonly doubled: Figure;
  readonly waiting: Figure;
  readonly silent: readonly string[];
  readonly discards: boolean;
  readonly dropped: readonly OperatorFate[];
}

function sentencesOf(facts: SentenceFacts): Said[] {
  const { lost, readAgain, doubled, waiting } = facts;
  const { row, passedOver } = facts.found.chosen;
  const fallback =
    row && passedOver.length > 0
      ? [say('said.start.fallback', { names: passedOver.map((one) => one.name).join(', '), name: row.name })]
      : [];
  if (facts.discards) return [say('said.start.discards')];
  if (facts.silent.length > 0) return [say('said.start.silent', { reasons: facts.silent.join(' ') })];
  if (lost.value === null) return [...fallback, say('said.start.silent', { reasons: `${lost.basis ?? 'a source did not tell'}.` })];
  if (lost.value > 0) return [...fallback, say('said.start.loses', { n: lost.value })];
  if (!row) return [say('said.start.noSnapshot')];
  if (facts.dropped.length > 0) {
    const first = facts.dropped[0]?.description ?? '';
    return [...fallback, say('said.start.drops', { n: facts.dropped.length, first })];
  }
  const waits = waiting.value ? [say('said.start.waits', { n: waiting.value })] : [];
  if (facts.verdict === 'ok') return [...fallback, say('said.start.ok'), ...waits];
  const again = readAgain.value === null ? say('said.start.againUnknown') : say('said.start.again', { n: readAgain.value });
  const twice =
    doubled.value === 0
      ? say('said.start.twiceNone')
      : doubled.value === null
        ? say('said.start.twiceUnknown')
        : say('said.start.twice', { n: doubled.value });
  return [...fallback, say('said.start.nothingLost'), again, twice, ...waits];
}

async function viewOf(context: SnapshotContext, row: SnapshotRow) {
  const full = await context.database.snapshot.findUniqueOrThrow({ where: { id: row.id }, include: SNAPSHOT_INCLUDE });
  return snapshotView(full, DEFAULT_SETTINGS.undoDays);
}

async function newestBytes(context: SnapshotContext, job: JobRow): Promise<number | null> {
  if (job.newestSnapshotId === null) return null;
  const row = await context.database.snapshot.findUnique({ where: { id: job.newestSnapshotId } });
  return row ? Number(row.sizeBytes) : null;
}

const AT_REST = ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish', 'job_arrearage_stopped'];

async function capacityOf(context: SnapshotContext, job: JobRow): Promise<StartPreview['capacity']> {
  const { database } = context;
  const queue = await database.queue.findUnique({ where: { projectId_name: { projectId: job.projectId, name: job.queueName } } });
  const used = await database.job.aggregate({
    where: { projectId: job.projectId, queueName: job.queueName, deletedAt: null, status: { notIn: AT_REST }, NOT: { id: job.id } },
    _sum: { cuNumber: true },
  });
  const freeCus = queue?.cus == null ? null : Math.max(0, queue.cus - (used._sum.cuNumber ?? 0));
  return { queueName: job.queueName, freeCus, neededCus: job.cuNumber };
}
