/**
 * The start preview: which snapshot would be used and what the start costs. Reads the catalogue, the manifest, the plan of the saved SQL and the
 * positions that sources still hold; changes nothing.
 */

import { engineOfQueue } from '../connections/flink-clusters.ts';
import { DEFAULT_SETTINGS } from '../contract/administration.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import { inEnglish, say, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';
import type { RestoreChoice, StartPreview } from '../contract/start.ts';
import type { Prisma } from '../db/open-database.ts';
import { SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { EngineName } from '../engines/contract.ts';
import { fillInJob } from '../variables/fill-in.ts';
import type { SnapshotRow } from './catalogue.ts';
import { candidatesOfStart, chooseFirstRestorable, type PassedOver } from './choose-snapshot.ts';
import { compareOperators, type OperatorFate, refusalOf } from './compare-operators.ts';
import { planProblem, type SnapshotContext } from './context.ts';
import { NONE, sumOf, unknown } from './figures.ts';
import { flinkFates, positionsFor } from './flink/flink-fates.ts';
import { fatesOfPlaces, handOver } from './flink/hand-over.ts';
import { probeFlinkStart } from './flink/probe-flink-start.ts';
import { giveUp, newestForgone } from './given-up.ts';
import type { RestorableContent } from './inspect-snapshot.ts';
import { judgeStart, lostBy, type StartFacts } from './judge-start.ts';
import { type PartitionPreview, previewPositions, type Silence } from './preview-positions.ts';
import { previewSinks } from './preview-sinks.ts';
import { probeStart } from './probe-start.ts';
import { type RecordsSince, recordsSince } from './records-since.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

interface Chosen {
  readonly row: SnapshotRow | null;
  readonly content: RestorableContent | null;
  readonly passedOver: readonly PassedOver[];
  readonly blockedBy: Told | null;
}

interface Found {
  readonly job: JobRow;
  readonly options: JobOptions;
  readonly choice: RestoreChoice;
  readonly engine: EngineName;
  readonly chosen: Chosen;
  /** Sources and origin of the chosen snapshot. */
  readonly known: KnownOfSnapshot | null;
  readonly plan: PhysicalPlan | null;
  /** Why nothing can start, before anybody outside is asked. */
  readonly refusedBy: Told | null;
  readonly operators: readonly OperatorFate[];
  readonly settings: StartPreview['settings'];
}

type KnownOfSnapshot = Pick<Manifest, 'sources' | 'jobId' | 'generation'>;

export async function previewStart(context: SnapshotContext, jobId: number, choice: RestoreChoice): Promise<StartPreview> {
  const { database } = context;
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  const options = jobOptionsSchema.parse(JSON.parse(version.optionsJson));
  if ((await engineOfQueue(database, job.projectId, options.queueName)) === 'flink') {
    return previewFlink(context, job, version.sql, options, choice);
  }
  const [planned, chosen] = await Promise.all([
    context.plan(version.sql, settingsOfOptions(options)),
    choose(context, job, choice, 'embedded'),
  ]);
  const plan = planned.kind === 'planned' ? planned.plan : null;
  const refusedBy = planned.kind === 'planned' ? chosen.blockedBy : planProblem(planned);
  const manifest = chosen.content?.engine === 'embedded' ? chosen.content.manifest : null;
  const operators = plan && manifest ? compareOperators(manifest, plan, options.parallelism) : [];
  return assemble(context, { job, options, choice, chosen, known: manifest, plan, refusedBy, engine: 'embedded', operators, settings: [] });
}

/** The cluster judges the script; this engine's plan, where it has one, tells of sources and sinks. */
async function previewFlink(
  context: SnapshotContext,
  job: JobRow,
  written: string,
  saved: JobOptions,
  choice: RestoreChoice,
): Promise<StartPreview> {
  const filled = fillInJob(written, saved, await context.variablesOf(job.projectId));
  if (filled.kind === 'refused') {
    const chosen = await choose(context, job, choice, 'flink');
    const found = {
      job,
      options: saved,
      choice,
      chosen,
      known: null,
      plan: null,
      refusedBy: filled.message,
    };
    return assemble(context, { ...found, engine: 'flink', operators: [], settings: [] });
  }
  const { sql, options } = filled;
  const [planned, chosen] = await Promise.all([
    job.type === 'flink_jar_job' ? null : context.plan(sql, settingsOfOptions(options)),
    choose(context, job, choice, 'flink'),
  ]);
  const plan = planned?.kind === 'planned' ? planned.plan : null;
  const flink = chosen.content?.engine === 'flink' ? chosen.content.flink : null;
  const manifest = chosen.content?.engine === 'embedded' ? chosen.content.manifest : null;
  const handed = manifest && handOver(manifest);
  const offsets = handed?.kind === 'offsets' ? handed.offsets : null;
  const probe = await probeFlinkStart(context, { job, sql, options, row: manifest ? null : chosen.row, content: flink, offsets });
  const operators =
    manifest && offsets
      ? fatesOfPlaces(manifest, offsets, plan)
      : (probe.operators ?? (flink && chosen.row ? await flinkFates(context, flink, chosen.row, sql, options.parallelism) : []));
  const known = manifest ?? (flink && plan ? positionsFor(flink, plan) : null);
  const refusedBy = chosen.blockedBy ?? probe.blockedBy;
  return assemble(context, { job, options, choice, chosen, known, plan, refusedBy, engine: 'flink', operators, settings: probe.settings });
}

async function choose(context: SnapshotContext, job: JobRow, choice: RestoreChoice, engine: EngineName): Promise<Chosen> {
  const nothing = { row: null, content: null, passedOver: [], blockedBy: null };
  if (choice.kind === 'time' && job.hadState) {
    return { ...nothing, blockedBy: say('said.blocked.time') };
  }
  const candidates = await candidatesOfStart(context.database, job.id, choice);
  if (choice.kind === 'snapshot' && candidates.length === 0) return { ...nothing, blockedBy: say('said.blocked.gone') };
  const found = await chooseFirstRestorable(context.store, candidates, engine);
  switch (found.kind) {
    case 'snapshot':
      return { row: found.row, content: found, passedOver: found.passedOver, blockedBy: null };
    case 'none':
      return nothing;
    case 'all-damaged': {
      const first = found.passedOver[0] as PassedOver;
      return {
        ...nothing,
        passedOver: found.passedOver,
        blockedBy: say('said.blocked.allDamaged', { name: first.name, reason: first.reason }),
      };
    }
    case 'unreachable':
      return { ...nothing, blockedBy: say('said.blocked.unreadable', { reason: found.reason }) };
  }
}

interface Outside {
  readonly partitions: readonly PartitionPreview[];
  readonly silent: readonly Silence[];
  readonly blockedBy: Told | null;
}

/** Positions and probes, asked at once: each may take its whole deadline. */
async function askOutside(context: SnapshotContext, found: Found, manifest: Pick<Manifest, 'sources'> | null): Promise<Outside> {
  const { plan, options, refusedBy } = found;
  if (!plan) return { partitions: [], silent: [], blockedBy: refusedBy };
  const [positions, probed] = await Promise.all([
    previewPositions(context, plan, manifest),
    // What this engine's connectors would refuse Flink's may take, and the other way round.
    refusedBy === null && found.engine === 'embedded' ? probeStart(context, plan, options) : { blockedBy: refusedBy, unreachable: [] },
  ]);
  const silent = [...positions.silent, ...probed.unreachable.filter((one) => positions.silent.every((other) => other.table !== one.table))];
  return { partitions: positions.partitions, silent, blockedBy: probed.blockedBy };
}

async function assemble(context: SnapshotContext, found: Found): Promise<StartPreview> {
  const { job, choice, chosen, plan, operators, known } = found;
  const { row } = chosen;
  const discards = job.hadState && row === null;
  const forgone = discards ? await newestForgone(context, job.id, found.engine, plan) : null;
  const outside = await askOutside(context, found, known ?? forgone);
  const { partitions, silent } = outside;
  const blockedBy = outside.blockedBy ?? refusalOf(operators, row?.name ?? '');
  const facts: StartFacts = {
    choice: choice.kind,
    snapshot: row?.name ?? null,
    passedOver: chosen.passedOver.map((one) => one.name),
    partitions,
    silent,
    dropped: operators.filter((operator) => operator.fate === 'dropped'),
    givenUp: discards ? giveUp(forgone, partitions, silent.length > 0) : null,
  };
  const lost = lostBy(facts);
  const since = await sinceOf(context, facts, row, known);
  const sinks = plan ? previewSinks(plan, { lost, ...since }) : [];
  const waiting = silent.length > 0 ? unknown(say('said.basis.noAnswer')) : sumOf(partitions.map((one) => one.waiting));
  const judged = judgeStart(facts, { lost, readAgain: since.readAgain, waiting, sinks });
  return {
    jobId: job.id,
    jobName: job.name,
    choice,
    snapshot: row && (await viewOf(context, row)),
    passedOver: chosen.passedOver.map(({ name, reason }) => ({ name, reason: inEnglish(reason), said: [reason] })),
    verdict: blockedBy === null ? judged.verdict : 'bad',
    sentence: inEnglish(blockedBy ?? judged.said),
    said: [...listOf(blockedBy ?? judged.said)],
    loss: { lost, readAgain: since.readAgain, doubled: judged.doubled, waiting },
    positions: [...partitions],
    sinks,
    operators: [...operators],
    settings: found.settings,
    discardedStateBytes: facts.givenUp?.bytes ?? null,
    discarded: facts.givenUp && { name: facts.givenUp.name, rows: facts.givenUp.rows, bytes: facts.givenUp.bytes },
    capacity: await capacityOf(context, job),
    needsName: judged.needsName || blockedBy !== null,
    needsConfirmation: judged.needsConfirmation,
    blockedBy: blockedBy && inEnglish(blockedBy),
    blockedSaid: blockedBy === null ? [] : [...listOf(blockedBy)],
    checkedAt: context.clock.nowMs(),
  };
}

async function sinceOf(
  context: SnapshotContext,
  { givenUp }: StartFacts,
  row: SnapshotRow | null,
  known: KnownOfSnapshot | null,
): Promise<RecordsSince> {
  if (givenUp) return { readAgain: givenUp.readAgain, committed: givenUp.readAgain };
  return row && known ? recordsSince(context, row, known) : { readAgain: NONE, committed: NONE };
}

async function viewOf(context: SnapshotContext, row: SnapshotRow) {
  const full = await context.database.snapshot.findUniqueOrThrow({ where: { id: row.id }, include: SNAPSHOT_INCLUDE });
  return snapshotView(full, DEFAULT_SETTINGS.undoDays);
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
