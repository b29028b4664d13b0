/** What a run reports, written down: runs, snapshots, events, status. Reports of a run that has ended or was superseded change nothing. */
import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';
import type { JobFailure, JobReport } from '../engine/runtime/wire.ts';
import type { SupervisorContext } from './context.ts';
import { costOfFailure } from './cost-of-failure.ts';
import { RESTORE_BROKEN, type RunRow, rowsOfRun } from './job-facts.ts';
import { onJob, onRun } from './job-transactions.ts';
import type { EndCause } from './job-view.ts';
import { addLedger, type Cost, NO_COST, UNKNOWN } from './ledger.ts';
import type { MetricsRecorder } from './metrics-recorder.ts';
import { END_UNKNOWN } from './restart-policy.ts';
import { endRun, type KnownRows } from './run-record.ts';
import { proveSnapshot, registerSnapshot, releaseAfterCheckpoints } from './snapshot-record.ts';
import { addJobEvent, changeJob, type JobChange, tellRun } from './tell.ts';

type Report<T extends JobReport['type']> = Extract<JobReport, { type: T }>;

/** The run reports that it runs; repeated after an adoption. */
export async function takeRunning(
  context: SupervisorContext,
  run: RunRow,
  report: Report<'running'>,
  metrics: MetricsRecorder,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  await takeUpCounts(context, run, metrics, nowMs);
  await onJob(context, run.jobId, async (tx) => {
    const current = await tx.run.findUniqueOrThrow({ where: { id: run.id } });
    if (current.endedAt !== null) return;
    const isFirst = current.runningAt === null;
    const operation = await tx.operation.findUnique({ where: { activeJobId: run.jobId } });
    const data = { observed: 'running', observedAt: new Date(nowMs), unreachableSince: null };
    const status = operation ? {} : ({ status: 'job_running' } as const);
    // The embedded engine's graph is its plan, which can be made again; a cluster forgets.
    const graph = run.engine === 'flink' ? { graphJson: JSON.stringify(report.operators) } : {};
    if (isFirst) await tx.run.update({ where: { id: run.id }, data: { runningAt: new Date(nowMs), ...graph } });
    const job = await tx.job.findUniqueOrThrow({ where: { id: run.jobId } });
    const goesOn = run.start === 'auto-restart' || run.start === 'resumed';
    const begun = goesOn && job.startedAt !== null ? {} : { startedAt: new Date(nowMs) };
    // A stop that failed keeps its word until the next act; a job that was adopted keeps its status.
    const keeps = !isFirst && (job.status === 'job_cancel_fail' || job.status === 'job_running');
    await changeJob(
      tx,
      run.jobId,
      { ...(keeps ? {} : status), runNumber: run.number, data: { ...data, ...(isFirst ? begun : {}) } },
      nowMs,
    );
    if (!isFirst) return;
    if (run.restoredFromId !== null) {
      const proof = { isGood: true, tookMs: nowMs - run.startedAt.getTime(), message: say('said.run.restoredFrom', { run: run.number }) };
      await proveSnapshot(tx, run.restoredFromId, proof, nowMs);
    }
    await noteStart(tx, run, nowMs);
    await tellRun(tx, run.id, nowMs);
  });
}

/** A run that another supervisor began may have snapshots that this one was not told of. */
async function takeUpCounts(context: SupervisorContext, run: RunRow, metrics: MetricsRecorder, nowMs: number): Promise<void> {
  metrics.began(run.runningAt?.getTime() ?? nowMs);
  const saved = await context.database.snapshot.findFirst({
    where: { jobId: run.jobId, runNumber: run.number, recordsIn: { not: null } },
    orderBy: { createdAt: 'desc' },
  });
  if (saved) metrics.savedBefore({ atMs: saved.createdAt.getTime() - (saved.durationMs ?? 0), records: Number(saved.recordsIn) });
}

async function noteStart(tx: Parameters<typeof addLedger>[0], run: RunRow, nowMs: number): Promise<void> {
  const snapshot = run.restoredFromId === null ? null : await tx.snapshot.findUnique({ where: { id: run.restoredFromId } });
  const start = await tx.operation.findFirst({
    where: { jobId: run.jobId, kind: 'start' },
    orderBy: { requestedAt: 'desc' },
    include: { requestedBy: { select: { name: true } } },
  });
  const isByPerson = run.start !== 'auto-restart' && run.start !== 'resumed';
  const typed = start
    ? ((JSON.parse(start.requestJson) as { acceptance?: { typedName?: string } | null }).acceptance?.typedName ?? null)
    : null;
  const who = isByPerson ? (start?.requestedBy?.name ?? 'api') : 'supervisor';
  const positions = snapshot ? (JSON.parse(snapshot.positionsJson) as { source: string; split: string; position: string }[]) : [];
  await addLedger(
    tx,
    run.jobId,
    {
      kind: run.start === 'auto-restart' ? 'auto-restart' : 'start',
      runNumber: run.number,
      who,
      text: startText(run, snapshot?.name ?? null),
      snapshot: snapshot && { id: snapshot.id, name: snapshot.name },
      acceptedBy: isByPerson && typed !== null ? who : null,
      positions: positions.map(({ source, split, position }) => ({ source, split, from: position, to: null })),
      ...(await costOfStart(tx, run, snapshot !== null)),
    },
    nowMs,
  );
}

function startText(run: RunRow, name: string | null): Said {
  const how = run.start === 'auto-restart' ? 'restarted' : run.start === 'resumed' ? 'resumed' : 'started';
  return name === null ? say(`said.run.${how}Empty`) : say(`said.run.${how}`, { name });
}

/** A restart costs what the failure before it said; without a snapshot nobody knows what lies between. */
async function costOfStart(tx: Parameters<typeof addLedger>[0], run: RunRow, isRestored: boolean): Promise<Cost> {
  if (run.number === 1) return NO_COST;
  if (!isRestored) return { lost: UNKNOWN, readAgain: UNKNOWN, doubled: UNKNOWN };
  const failure = await tx.ledgerEntry.findFirst({
    where: { jobId: run.jobId, kind: 'failure', runNumber: run.number - 1 },
    orderBy: { id: 'desc' },
  });
  if (!failure) return NO_COST;
  return {
    lost: JSON.parse(failure.lostJson) as Cost['lost'],
    readAgain: JSON.parse(failure.readAgainJson) as Cost['readAgain'],
    doubled: JSON.parse(failure.doubledJson) as Cost['doubled'],
  };
}

export async function takeCheckpoint(
  context: SupervisorContext,
  run: RunRow,
  report: Report<'checkpoint-completed'>,
  metrics: MetricsRecorder,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  const { summary, path, checkpointId } = report;
  await onJob(context, run.jobId, async (tx) => {
    const lease = await tx.lease.findUniqueOrThrow({ where: { jobId: run.jobId } });
    if (lease.generation !== run.generation) return;
    const engine = run.engine === 'flink' ? 'flink' : 'embedded';
    const whose = {
      engine,
      generation: run.generation,
      runNumber: run.number,
      jobVersion: run.jobVersion,
      keyGroups: null,
      sqlSha256: null,
    } as const;
    await registerSnapshot(tx, run.jobId, { path, checkpointId, summary, ...whose }, nowMs);
    await releaseAfterCheckpoints(tx, run.jobId, run.number, nowMs);
    const exposure = metrics.exposureAt(nowMs);
    const exposureRecords = exposure === null ? null : BigInt(Math.round(exposure));
    const data = { checkpointFailuresSince: 0, exposureRecords, observed: 'running', observedAt: new Date(nowMs) };
    await changeJob(tx, run.jobId, { data }, nowMs);
  });
}

export async function takeCheckpointFailure(context: SupervisorContext, run: RunRow, report: Report<'checkpoint-failed'>): Promise<void> {
  const nowMs = context.clock.nowMs();
  await onJob(context, run.jobId, async (tx) => {
    const message = say('said.run.checkpointFailed', { checkpoint: report.checkpointId, reason: recognise(report.reason) });
    await addJobEvent(tx, run.jobId, { kind: 'checkpoint-failed', level: 'warn', message, runNumber: run.number }, nowMs);
    await changeJob(tx, run.jobId, { data: { checkpointFailuresSince: { increment: 1 } } }, nowMs);
  });
}

/** The run goes on: the engine restored it from its newest checkpoint by itself. */
export async function takeEngineRestart(context: SupervisorContext, run: RunRow, report: Report<'engine-restart'>): Promise<void> {
  const nowMs = context.clock.nowMs();
  const { message, causeKey, stack } = report.failure;
  await onJob(context, run.jobId, async (tx) => {
    const text = say('said.run.flinkRestarts', { reason: message });
    const event = { kind: 'engine', level: 'warn', message: text, runNumber: run.number } as const;
    await addJobEvent(tx, run.jobId, { ...event, detail: stack, causeKey }, nowMs);
  });
}

export async function takeNotice(context: SupervisorContext, run: RunRow, report: Report<'notice'>): Promise<void> {
  const event = { kind: 'engine', level: report.level, message: recognise(report.message), runNumber: run.number } as const;
  await onJob(context, run.jobId, (tx) => addJobEvent(tx, run.jobId, event, context.clock.nowMs()));
}

/** A sink that may repeat by its contract has done so, or may have: the job goes on, and its page says so. */
export async function takeRepetition(context: SupervisorContext, run: RunRow, report: Report<'records-repeated'>): Promise<void> {
  const nowMs = context.clock.nowMs();
  await onJob(context, run.jobId, async (tx) => {
    const message = say('said.run.sinkRepeated', { name: report.table, reason: recognise(report.message) });
    await addJobEvent(tx, run.jobId, { kind: 'engine', level: 'warn', message, runNumber: run.number }, nowMs);
  });
}

export interface TakenEnd {
  readonly cause: EndCause;
  readonly failure: JobFailure | null;
}

/**
 * The run is over. Without an operation that brings it about, the job stands in an exception: it restarts as its options say, or waits for
 * a person when the cause would only come again.
 */
export async function takeEnd(context: SupervisorContext, run: RunRow, end: TakenEnd, metrics: MetricsRecorder): Promise<void> {
  const nowMs = context.clock.nowMs();
  const { cause, failure } = end;
  const isFailure = cause === 'failed' || cause === 'lost';
  // The row at hand is the one the run was begun with: only the database knows whether it has run since.
  const before = isFailure ? await rowsOfRun(context).get(run.id) : undefined;
  const hasFailed = before !== undefined && before.run.runningAt !== null;
  const cost = hasFailed ? await costOfFailure(context, before.job, metrics.exposureAtEnd(nowMs)) : NO_COST;
  const forget = await onRun(context, run, async (tx, rows) => {
    const stored = await metrics.flush(tx, true);
    const counted = countedBy(metrics, nowMs);
    const { job, operation } = rows;
    // What the operation at hand makes of it, it says itself.
    const isLeftAlone = !isFailure || operation !== null || job.desired !== 'running';
    const standing = isLeftAlone ? {} : standingAfter(failure);
    if (!(await endRun(tx, run, { cause, failure }, nowMs, standing, { ...rows, counted }))) return stored;
    if (!hasFailed) return stored;
    const text = say('said.run.failed', { run: run.number, reason: failure ? recognise(failure.message) : say('said.run.processEnded') });
    await addLedger(tx, run.jobId, { kind: 'failure', runNumber: run.number, who: 'supervisor', text, ...cost }, nowMs);
    return stored;
  });
  forget();
}

function countedBy(metrics: MetricsRecorder, nowMs: number): KnownRows['counted'] {
  const { recordsIn, recordsOut } = metrics;
  const tasks = metrics.tasks();
  return {
    ...(recordsIn === null ? {} : { recordsIn: BigInt(recordsIn) }),
    ...(recordsOut === null ? {} : { recordsOut: BigInt(recordsOut) }),
    ...(tasks.length === 0 ? {} : { tasksJson: JSON.stringify(tasks), tasksAt: new Date(nowMs) }),
  };
}

/** A job whose run failed with nobody at work on it: it restarts as its options say, or waits for a person when the cause would only come again. */
function standingAfter(failure: JobFailure | null): Pick<JobChange, 'status' | 'message' | 'data'> {
  const mayRestart = failure === null || failure.isRetryable || failure.causeKey === RESTORE_BROKEN;
  const message = failure ? recognise(failure.message) : say('said.run.jobProcessEnded');
  const why = failure?.causeKey === END_UNKNOWN ? 'said.run.askBeforeAgain' : 'said.run.wouldFailAgain';
  const advice = mayRestart ? [] : [say(why)];
  return { status: 'job_running_exception', message: [message, ...advice], data: mayRestart ? {} : { desired: 'stopped' } };
}
