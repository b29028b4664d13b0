/** Loads what a decision about a job needs: rows to a JobView, and the rows themselves for the act that follows. */
import type { JobStatus } from '../contract/job.ts';
import type { OperationRequest } from '../contract/operation-request.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { optionsOf } from './build-run-spec.ts';
import type { SupervisorContext } from './context.ts';
import { type EndCause, isOpen, type JobView, type LineView, type OperationView, type OrderView, type RunView } from './job-view.ts';
import { LookUp } from './look-up.ts';
import { type OperationRow, requestOf, stepCount, stepData } from './operation-record.ts';
import { decideRestart, type EndedRun, jitterOf, type RestartDecision } from './restart-policy.ts';
import { originOf } from './snapshot-record.ts';

export type JobRow = Prisma.JobGetPayload<Record<string, never>>;
export type RunRow = Prisma.RunGetPayload<Record<string, never>>;

/** What this process knows beside the database. */
export interface LineKnowledge {
  readonly line: LineView;
  readonly claimed: { readonly operationId: string; readonly fencingToken: number } | null;
  readonly order: OrderView;
}

export interface JobFacts {
  readonly job: JobRow;
  readonly run: RunRow | null;
  readonly operation: OperationRow | null;
  readonly request: OperationRequest | null;
  readonly view: JobView;
}

export const STARTING = 'starting';
const RUNS_LOOKED_AT = 60;

interface NewestRows {
  readonly job: JobRow;
  readonly run: RunRow | null;
  readonly operation: OperationRow | null;
}

/** By job: the job, its newest run and the operation under way. */
async function readNewest(database: DatabaseOrTransaction, jobIds: readonly number[]): Promise<ReadonlyMap<number, NewestRows>> {
  const among = { in: [...jobIds] };
  const jobs = await database.job.findMany({ where: { id: among } });
  const newest = await database.run.groupBy({ by: ['jobId'], where: { jobId: among }, _max: { number: true } });
  const numbers = newest.flatMap(({ jobId, _max }) => (_max.number === null ? [] : [{ jobId, number: _max.number }]));
  const runs = new Map((await database.run.findMany({ where: { OR: numbers } })).map((row) => [row.jobId, row]));
  const operations = new Map((await database.operation.findMany({ where: { activeJobId: among } })).map((row) => [row.jobId, row]));
  return new Map(jobs.map((job) => [job.id, { job, run: runs.get(job.id) ?? null, operation: operations.get(job.id) ?? null }]));
}

/** By run: the run and its job. */
async function readRuns(
  database: DatabaseOrTransaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { job: JobRow; run: RunRow }>> {
  const rows = await database.run.findMany({ where: { id: { in: [...ids] } }, include: { job: true } });
  return new Map(rows.map(({ job, ...run }) => [run.id, { job, run }]));
}

const lookUps = new WeakMap<
  SupervisorContext,
  { readonly newest: LookUp<number, NewestRows>; readonly runs: LookUp<string, { job: JobRow; run: RunRow }> }
>();

function lookUpsOf(context: SupervisorContext) {
  const { database } = context;
  let of = lookUps.get(context);
  if (!of) {
    of = { newest: new LookUp((ids) => readNewest(database, ids)), runs: new LookUp((ids) => readRuns(database, ids)) };
    lookUps.set(context, of);
  }
  return of;
}

export const rowsOfRun = (context: SupervisorContext) => lookUpsOf(context).runs;

/** Null when the job is gone. */
export async function loadFacts(context: SupervisorContext, jobId: number, known: LineKnowledge): Promise<JobFacts | null> {
  const rows = await lookUpsOf(context).newest.get(jobId);
  if (!rows || rows.job.deletedAt !== null) return null;
  const { job, run, operation } = rows;
  const request = operation ? requestOf(operation) : null;
  const runView = run ? viewOfRun(run) : null;
  const operationView = operation && request ? await viewOfOperation(context, operation, request, known) : null;
  const isIdle = job.desired === 'running' && !operation && !isOpen(runView);
  return {
    job,
    run,
    operation,
    request,
    view: {
      desired: job.desired as JobView['desired'],
      status: job.status as JobStatus,
      operation: operationView,
      run: runView,
      line: known.line,
      restart: isIdle ? await restartOf(context, job, run) : null,
      nowMs: context.clock.nowMs(),
    },
  };
}

export function viewOfRun(run: RunRow): RunView {
  return { number: run.number, hasRun: run.runningAt !== null, end: run.endedAt === null ? null : (run.endCause as EndCause) };
}

async function viewOfOperation(
  context: SupervisorContext,
  operation: OperationRow,
  request: OperationRequest,
  known: LineKnowledge,
): Promise<OperationView> {
  const { database } = context;
  const begunId = (stepData(operation, STARTING) as { runId?: string } | undefined)?.runId;
  const begun = begunId === undefined ? null : await database.run.findUnique({ where: { id: begunId } });
  const isClaimed = known.claimed?.operationId === operation.id && known.claimed.fencingToken === operation.fencingToken;
  return {
    request,
    status: operation.status as OperationView['status'],
    isClaimed,
    isCancelAsked: operation.cancelAskedAt !== null,
    deadlineMs: operation.deadlineAt?.getTime() ?? null,
    begun: begun ? viewOfRun(begun) : null,
    timesBegun: stepCount(operation, STARTING),
    mayFallBack: request.kind === 'start' && request.choice.kind === 'newest' && begun?.causeKey === RESTORE_BROKEN,
    savedPath: isClaimed ? await savedSince(database, operation, request) : null,
    order: isClaimed ? known.order : { kind: 'none' },
  };
}

/** Cause of a run whose snapshot turned out to be damaged (engine's RestoreError). */
export const RESTORE_BROKEN = 'restore-broken';

/** A savepoint of the asked kind that was registered since: its answer may have been lost with a former supervisor. */
async function savedSince(database: DatabaseOrTransaction, operation: OperationRow, request: OperationRequest): Promise<string | null> {
  const trigger = triggerOf(request);
  if (trigger === null) return null;
  const row = await database.snapshot.findFirst({
    where: { jobId: operation.jobId, origin: originOf('savepoint', trigger), createdAt: { gte: operation.requestedAt }, deletedAt: null },
    orderBy: { createdAt: 'desc' },
  });
  return row?.path ?? null;
}

function triggerOf(request: OperationRequest): 'stop' | 'drain' | 'manual' | null {
  if (request.kind === 'trigger-savepoint') return 'manual';
  if (request.kind !== 'stop' || request.mode === 'without') return null;
  return request.mode === 'drain' ? 'drain' : 'stop';
}

async function restartOf(context: SupervisorContext, job: JobRow, newest: RunRow | null): Promise<RestartDecision> {
  const { database } = context;
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  const rows = await database.run.findMany({ where: { jobId: job.id }, orderBy: { number: 'desc' }, take: RUNS_LOOKED_AT });
  const numbers = rows.map((row) => row.number);
  const made = await database.snapshot.groupBy({ by: ['runNumber'], where: { jobId: job.id, runNumber: { in: numbers } } });
  const withProgress = new Set(made.map((group) => group.runNumber));
  const runs = rows
    .filter((row) => row.endedAt !== null)
    .map(
      (row): EndedRun => ({
        number: row.number,
        start: row.start,
        endCause: row.endCause ?? 'lost',
        causeKey: row.causeKey,
        message: row.failureMessage,
        startedMs: row.startedAt.getTime(),
        endedMs: (row.endedAt as Date).getTime(),
        hasProgress: withProgress.has(row.number),
      }),
    );
  return decideRestart(runs, optionsOf(version), jitterOf(newest?.id ?? ''));
}

/** Newest version number that runs: restarts keep to it, whatever was saved since. */
export const versionOfRestart = (job: JobRow, run: RunRow | null): number => run?.jobVersion ?? job.version;
