/**
 * Begins a run: choose the snapshot, write the run's row with its generation, hand it to the engine. A crash after the row and before the
 * engine leaves an open run without a process; the next supervisor finds none, ends the run as lost and begins another.
 */

import { engineOfQueue } from '../connections/flink-clusters.ts';
import { namedIn, readConnections } from '../connections/read-connections.ts';
import type { StartRequest } from '../contract/operation-request.ts';
import { recognise } from '../contract/recognise.ts';
import type { Run } from '../contract/runs.ts';
import { type Said, say, type Told } from '../contract/said.ts';
import { ConnectorError } from '../engine/connectors/contract.ts';
import { commitParts } from '../engine/connectors/filesystem/file-parts.ts';
import type { RunSpec, TableOffsets } from '../engine/runtime/wire.ts';
import type { JobEngine } from '../engines/contract.ts';
import { type FoundJar, findJar } from '../packages/find-jar.ts';
import type { SnapshotRow } from '../snapshots/catalogue.ts';
import { candidatesOfRestart, candidatesOfStart, chooseFirstRestorable, type PassedOver } from '../snapshots/choose-snapshot.ts';
import { type HandOver, handOver } from '../snapshots/flink/hand-over.ts';
import type { RestorableContent } from '../snapshots/inspect-snapshot.ts';
import { StoreError } from '../storage/contract.ts';
import { type FilledJob, fillInJob } from '../variables/fill-in.ts';
import { readVariables, variablesOfRun } from '../variables/read-variables.ts';
import { buildRunSpec, optionsOf } from './build-run-spec.ts';
import { engineOf, type SupervisorContext } from './context.ts';
import { type JobFacts, type JobRow, STARTING, versionOfRestart } from './job-facts.ts';
import { onJob } from './job-transactions.ts';
import { requestOf, stepOperation } from './operation-record.ts';
import { readSetting } from './read-setting.ts';
import { rebuildCatalogue } from './rebuild-catalogue.ts';
import { createRun, noteFallback } from './run-record.ts';
import { proveSnapshot, SnapshotGone } from './snapshot-record.ts';

export type BegunRun =
  | {
      readonly kind: 'begun';
      readonly run: { readonly id: string; readonly number: number; readonly generation: number };
      readonly spec: RunSpec;
    }
  /** Nothing was begun and nothing will be without a person. */
  | { readonly kind: 'refused'; readonly message: Told }
  /** Nothing was begun; another try may help. */
  | { readonly kind: 'not-now'; readonly message: Told };

interface Wanted {
  readonly start: Run['start'];
  readonly version: number;
  readonly candidates: readonly SnapshotRow[];
  /** Why the run may begin without a snapshot when there is none; null = it may not. */
  readonly freshReason: Said | null;
  readonly allowNonRestoredState: boolean;
  readonly startAtMs: number | null;
}

export async function beginRun(context: SupervisorContext, facts: JobFacts, by: 'operation' | 'restart' | 'resume'): Promise<BegunRun> {
  const { job } = facts;
  const behind = await catchUp(context, facts);
  if (behind !== null) return { kind: 'not-now', message: behind };
  const request = facts.request?.kind === 'start' ? facts.request : await lastStart(context, job.id);
  const isByPerson = by === 'operation' && request !== null;
  const wanted = isByPerson ? await wantedByPerson(context, job, request) : await wantedByPolicy(context, facts, by === 'resume', request);
  if ('code' in wanted) return { kind: 'refused', message: wanted };
  const queue = await queueOf(context, job, wanted.version);
  if (queue.engine === null) {
    return { kind: 'refused', message: say('said.begin.noQueue', { name: queue.name }) };
  }
  const engine = engineOf(context, { engine: queue.engine });
  const isJar = job.type === 'flink_jar_job';
  if (isJar && engine.name !== 'flink') {
    return { kind: 'refused', message: say('said.begin.jarQueue') };
  }
  const filled = await fillIn(context, facts, wanted.version, isByPerson);
  if (filled.kind === 'refused') return { kind: 'refused', message: [filled.message, say('said.blocked.nothingStarted')] };
  const jar = isJar ? await findJar(context.database, job.projectId, queue.entrypoint) : null;
  if (typeof jar === 'string') return { kind: 'refused', message: [recognise(jar), say('said.blocked.nothingStarted')] };
  const choice = await chooseFirstRestorable(context.store, wanted.candidates, engine.name);
  if (choice.kind === 'unreachable') return { kind: 'not-now', message: choice.reason };
  if (choice.kind === 'all-damaged') {
    await markDamaged(context, job.id, choice.passedOver);
    const first = choice.passedOver[0] as PassedOver;
    return { kind: 'refused', message: say('said.begin.allDamaged', { name: first.name, reason: first.reason }) };
  }
  if (choice.kind === 'none' && wanted.freshReason === null) {
    return {
      kind: 'refused',
      message: say('said.begin.noSnapshot', { name: job.name }),
    };
  }
  const [row, passedOver] = choice.kind === 'snapshot' ? [choice.row, choice.passedOver] : [null, []];
  const handed = choice.kind === 'snapshot' && choice.engine !== engine.name ? await takeOver(context, choice) : null;
  if (handed?.kind === 'not-now') return handed;
  return write(context, facts, wanted, { engine, jar, filled, offsets: handed?.offsets ?? null }, row, passedOver).catch(
    (error: unknown): BegunRun => {
      // The next try chooses anew, among what is left.
      if (error instanceof SnapshotGone) return { kind: 'not-now', message: say('said.begin.gone') };
      throw error;
    },
  );
}

const runOf = (context: SupervisorContext, jobId: number, number: number) =>
  context.database.run.findUnique({ where: { jobId_number: { jobId, number } }, select: { id: true } });

/**
 * Who starts a job by hand takes the values of global variables as they are now; a restart keeps to those of the run before it, as it keeps
 * to the version, whatever was changed since.
 */
async function fillIn(context: SupervisorContext, { job, run }: JobFacts, number: number, isByPerson: boolean): Promise<FilledJob> {
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number } } });
  const known = isByPerson || run === null ? await readVariables(context.database, job.projectId) : variablesOfRun(run);
  return fillInJob(version.sql, optionsOf(version), known);
}

/**
 * The places of a snapshot that the other engine made, with what its sinks had prepared made visible first: nobody else will. A sentence when
 * that cannot be proven.
 */
async function takeOver(
  context: SupervisorContext,
  content: RestorableContent,
): Promise<Extract<HandOver, { kind: 'offsets' }> | Extract<BegunRun, { kind: 'not-now' }>> {
  const handed = content.engine === 'embedded' ? handOver(content.manifest) : null;
  if (content.engine !== 'embedded' || handed?.kind !== 'offsets') throw new Error('a snapshot was chosen that its engine cannot be given');
  const prepared = content.manifest.sinks.flatMap((sink) => sink.committables);
  try {
    await commitParts(prepared, context.store, false);
    return handed;
  } catch (error) {
    if (error instanceof ConnectorError) return { kind: 'not-now', message: recognise(error.message) };
    throw error;
  }
}

interface ToStart {
  readonly engine: JobEngine;
  /** Where Kafka tables begin, of a snapshot that the other engine made; null = the snapshot is loaded, or there is none. */
  readonly offsets: TableOffsets | null;
  readonly jar: FoundJar | null;
  readonly filled: Extract<FilledJob, { kind: 'filled' }>;
}

async function queueOf(context: SupervisorContext, job: JobRow, number: number) {
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number } } });
  const { queueName, entrypoint } = optionsOf(version);
  return { name: queueName, entrypoint, engine: await engineOfQueue(context.database, job.projectId, queueName) };
}

/**
 * Before a snapshot is chosen the catalogue must hold all that is stored: the newest one may be there without its report (process or
 * supervisor died in between), with its sinks committed. Beginning from the one before would show their records twice. A sentence when the
 * store does not answer.
 */
async function catchUp(context: SupervisorContext, facts: JobFacts): Promise<Said | null> {
  if (!facts.run) return null;
  try {
    await rebuildCatalogue(context, facts.job, facts.run.jobVersion);
    return null;
  } catch (error) {
    if (error instanceof StoreError) return recognise(error.message);
    throw error;
  }
}

async function keptSnapshots(context: SupervisorContext, jobId: number): Promise<string[]> {
  const rows = await context.database.snapshot.findMany({
    where: { engine: 'embedded', purgedAt: null, OR: [{ jobId }, { origin: 'imported' }] },
    select: { path: true },
  });
  return rows.map((row) => row.path);
}

async function write(
  context: SupervisorContext,
  facts: JobFacts,
  wanted: Wanted,
  { engine, jar, filled, offsets }: ToStart,
  snapshot: SnapshotRow | null,
  passedOver: readonly PassedOver[],
): Promise<BegunRun> {
  const { job, operation } = facts;
  const { sql, options, variables } = filled;
  const nowMs = context.clock.nowMs();
  const run = await onJob(context, job.id, async (tx) => {
    const start = wanted.start === 'snapshot' && !snapshot ? 'empty' : wanted.start;
    const { parallelism } = options;
    const created = await createRun(tx, context, { job, version: wanted.version, parallelism, start, snapshot, engine, variables }, nowMs);
    for (const passed of passedOver.filter((one) => !one.isForeign)) {
      await proveSnapshot(tx, passed.id, { isGood: false, tookMs: 0, message: passed.reason }, nowMs);
      await noteFallback(tx, job.id, created.number, passed, nowMs);
    }
    if (operation && facts.request?.kind === 'start') {
      const message = snapshot ? say('said.act.startingFrom', { name: snapshot.name }) : (wanted.freshReason ?? say('said.act.starting'));
      await stepOperation(tx, operation, { step: STARTING, message, progress: 0.3, data: { runId: created.id } }, nowMs);
    }
    return created;
  });
  const spec = buildRunSpec(context.environment, {
    job,
    sql,
    options,
    variables,
    run,
    restoreFrom: offsets === null ? (snapshot?.path ?? null) : null,
    snapshots: await keptSnapshots(context, job.id),
    allowNonRestoredState: wanted.allowNonRestoredState,
    startPosition: startPositionOf(wanted, snapshot, offsets),
    allowedAddresses: await readSetting(context.database, 'allowedAddresses'),
    connections: await readConnections(context.database, context.masterKey, job.projectId, namedIn(sql)),
    logFile: engine.logFile(String(job.id), run.id),
    engine: engine.name,
    jar,
    restoredRunId:
      offsets !== null || snapshot?.runNumber == null ? null : ((await runOf(context, job.id, snapshot.runNumber))?.id ?? null),
  });
  return { kind: 'begun', run, spec };
}

function startPositionOf({ startAtMs }: Wanted, snapshot: SnapshotRow | null, offsets: TableOffsets | null): RunSpec['startPosition'] {
  if (offsets !== null) return { kind: 'offsets', tables: offsets };
  return snapshot || startAtMs === null ? null : { kind: 'timestamp', ms: startAtMs };
}

/** A sentence when the start is refused. The choice was checked by the service; this is the last line before something runs. */
async function wantedByPerson(context: SupervisorContext, job: JobRow, request: StartRequest): Promise<Wanted | Said> {
  const { choice, acceptance, allowNonRestoredState, version } = request;
  const isNameTyped = acceptance?.typedName === job.name;
  const isFresh = choice.kind === 'empty' || choice.kind === 'time';
  if (isFresh && job.hadState && !isNameTyped) {
    return say('said.begin.needsName', { name: job.name });
  }
  const candidates = await candidatesOfStart(context.database, job.id, choice);
  if (choice.kind === 'snapshot' && candidates.length === 0) return say('said.begin.gone');
  const mayBeFresh = isFresh || (choice.kind === 'newest' && (!job.hadState || isNameTyped));
  const freshReason = mayBeFresh ? say('said.begin.fresh') : null;
  const start = choice.kind === 'time' ? 'time' : choice.kind === 'empty' ? 'empty' : 'snapshot';
  return { start, version, candidates, freshReason, allowNonRestoredState, startAtMs: choice.kind === 'time' ? choice.at : null };
}

async function wantedByPolicy(
  context: SupervisorContext,
  facts: JobFacts,
  isResume: boolean,
  lastRequest: StartRequest | null,
): Promise<Wanted> {
  const { job, run } = facts;
  const { database } = context;
  const newest = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  const isFreshBySetting = !isResume && !optionsOf(newest).resumeCheckpoint;
  const candidates = isFreshBySetting ? [] : await candidatesOfRestart(database, job.id);
  const base = await database.run.findFirst({
    where: { jobId: job.id, start: { in: ['empty', 'snapshot', 'time'] } },
    orderBy: { number: 'desc' },
  });
  const made = await database.snapshot.count({ where: { jobId: job.id, runNumber: { gte: base?.number ?? 0 } } });
  const neverSaved = base?.restoredFromId == null && made === 0;
  const freshReason = isFreshBySetting ? say('said.begin.freshBySetting') : neverSaved ? say('said.begin.neverSaved') : null;
  return {
    start: isResume ? 'resumed' : 'auto-restart',
    version: versionOfRestart(job, run),
    candidates,
    freshReason,
    allowNonRestoredState: lastRequest?.allowNonRestoredState ?? false,
    startAtMs: lastRequest?.choice.kind === 'time' && neverSaved ? lastRequest.choice.at : null,
  };
}

async function lastStart(context: SupervisorContext, jobId: number): Promise<StartRequest | null> {
  const row = await context.database.operation.findFirst({ where: { jobId, kind: 'start' }, orderBy: { requestedAt: 'desc' } });
  const request = row ? requestOf(row) : null;
  return request?.kind === 'start' ? request : null;
}

async function markDamaged(context: SupervisorContext, jobId: number, passedOver: readonly PassedOver[]): Promise<void> {
  const nowMs = context.clock.nowMs();
  await onJob(context, jobId, async (tx) => {
    for (const passed of passedOver.filter((one) => !one.isForeign)) await noteFallback(tx, jobId, null, passed, nowMs);
  });
}
