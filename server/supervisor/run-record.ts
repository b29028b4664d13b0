/** Runs: begun with a new generation in one transaction with everything people see of it, and ended once, with their cause. */

import { randomUUID } from 'node:crypto';
import { recognise } from '../contract/recognise.ts';
import type { Run } from '../contract/runs.ts';
import { type Said, say } from '../contract/said.ts';
import type { DatabaseTransaction, Prisma } from '../db/open-database.ts';
import { saidJson } from '../db/told-columns.ts';
import type { JobFailure } from '../engine/runtime/wire.ts';
import type { JobEngine } from '../engines/contract.ts';
import type { SnapshotRow } from '../snapshots/catalogue.ts';
import type { Variables } from '../variables/fill-in.ts';
import type { SupervisorContext } from './context.ts';
import { type JobRow, RESTORE_BROKEN, type RunRow } from './job-facts.ts';
import type { EndCause } from './job-view.ts';
import { nextGeneration } from './leases.ts';
import { addLedger, type Cost, NONE, UNKNOWN } from './ledger.ts';
import { keepForRun, proveSnapshot } from './snapshot-record.ts';
import { addJobEvent, changeJob, type JobChange, tellRun } from './tell.ts';

export interface NewRun {
  readonly job: JobRow;
  readonly version: number;
  readonly parallelism: number;
  readonly start: Run['start'];
  readonly snapshot: SnapshotRow | null;
  readonly engine: JobEngine;
  /** Global variables it is started with. */
  readonly variables: Variables;
}

/** Throws when a run of the job is still open: two live runs must never be. */
export async function createRun(tx: DatabaseTransaction, context: SupervisorContext, wanted: NewRun, atMs: number): Promise<RunRow> {
  const { job, snapshot, start } = wanted;
  const open = await tx.run.findFirst({ where: { jobId: job.id, endedAt: null } });
  if (open) throw new Error(`job ${job.id} has the open run ${open.number}; another one cannot begin`);
  const newest = await tx.run.findFirst({ where: { jobId: job.id }, orderBy: { number: 'desc' }, select: { number: true } });
  const generation = await nextGeneration(tx, context, job.id);
  const id = randomUUID();
  const run = await tx.run.create({
    data: {
      id,
      jobId: job.id,
      number: (newest?.number ?? 0) + 1,
      jobVersion: wanted.version,
      generation,
      engine: wanted.engine.name,
      parallelism: wanted.parallelism,
      variablesJson: JSON.stringify(wanted.variables),
      start,
      restoredFromId: snapshot?.id ?? null,
      startedAt: new Date(atMs),
      logPath: wanted.engine.logFile(String(job.id), id),
    },
  });
  if (snapshot) await keepForRun(tx, snapshot.id, run.number, atMs);
  const isRestart = start === 'auto-restart';
  await changeJob(
    tx,
    job.id,
    {
      status: 'job_submitting',
      runNumber: run.number,
      data: {
        observed: 'starting',
        observedAt: new Date(atMs),
        unreachableSince: null,
        runningVersion: wanted.version,
        endedAt: null,
        ...(start === 'resumed' ? {} : { restartCount: isRestart ? { increment: 1 } : 0 }),
      },
    },
    atMs,
  );
  const whose = { run: run.number, version: wanted.version, generation };
  const message = snapshot ? say('said.run.begins', { ...whose, name: snapshot.name }) : say('said.run.beginsEmpty', whose);
  await addJobEvent(tx, job.id, { kind: isRestart ? 'restart' : 'submit', level: 'info', message, runNumber: run.number }, atMs);
  await tellRun(tx, run.id, atMs);
  return run;
}

export interface RunEnd {
  readonly cause: EndCause;
  readonly failure: Pick<JobFailure, 'message' | 'causeKey' | 'stack'> | null;
}

const OBSERVED: Readonly<Record<EndCause, string>> = {
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  lost: 'failed',
  superseded: 'none',
};

/** What the caller knows of the rows: as they stand in this transaction. */
export interface KnownRows {
  readonly job: JobRow;
  readonly run: RunRow;
  /** Written with the end. */
  readonly counted: Prisma.RunUncheckedUpdateManyInput;
}

/** Ends the run unless it has ended; true when this call did. `standing`: what becomes of the job by it. A damaged snapshot is marked, so that no later start takes it. */
export async function endRun(
  tx: DatabaseTransaction,
  run: RunRow,
  end: RunEnd,
  atMs: number,
  standing: Pick<JobChange, 'status' | 'message' | 'data'> = {},
  known: KnownRows | null = null,
): Promise<boolean> {
  const { cause, failure } = end;
  const data = {
    ...known?.counted,
    endedAt: new Date(atMs),
    endCause: cause,
    failureMessage: failure?.message ?? null,
    failureSaidJson: saidJson(failure ? recognise(failure.message) : []),
    causeKey: failure?.causeKey ?? null,
  };
  const ended = await tx.run.updateMany({ where: { id: run.id, endedAt: null }, data });
  if (ended.count !== 1) return false;
  await changeJob(
    tx,
    run.jobId,
    {
      ...standing,
      runNumber: run.number,
      data: {
        ...standing.data,
        observed: OBSERVED[cause],
        observedAt: new Date(atMs),
        unreachableSince: null,
        ...(cause === 'superseded' ? {} : { endedAt: new Date(atMs), runningVersion: null, lagRecords: null, exposureRecords: null }),
      },
    },
    atMs,
    known?.job ?? null,
  );
  if (failure) {
    const { causeKey, stack } = failure;
    const message = recognise(failure.message);
    const level = cause === 'superseded' ? 'warn' : 'error';
    await addJobEvent(tx, run.jobId, { kind: 'exception', level, message, detail: stack, causeKey, runNumber: run.number }, atMs);
  }
  if (failure?.causeKey === RESTORE_BROKEN && run.restoredFromId !== null) {
    await proveSnapshot(
      tx,
      run.restoredFromId,
      { isGood: false, tookMs: atMs - run.startedAt.getTime(), message: recognise(failure.message) },
      atMs,
    );
    await noteFallback(tx, run.jobId, run.number, { id: run.restoredFromId, reason: recognise(failure.message) }, atMs);
  }
  await tellRun(tx, run.id, atMs, known && { ...known.run, ...(data as Partial<RunRow>) });
  return true;
}

/** From an older snapshot nothing is lost, but what sinks have committed since comes once more. */
const OLDER: Cost = { lost: NONE, readAgain: UNKNOWN, doubled: UNKNOWN };

/** A snapshot could not be restored and is passed over: said in the ledger and among the events. */
export async function noteFallback(
  tx: DatabaseTransaction,
  jobId: number,
  runNumber: number | null,
  passed: { readonly id: string; readonly reason: Said },
  atMs: number,
): Promise<void> {
  const snapshot = await tx.snapshot.findUnique({ where: { id: passed.id } });
  const name = snapshot?.name ?? 'A snapshot';
  const text = say('said.run.passedOver', { name, reason: passed.reason });
  await addJobEvent(tx, jobId, { kind: 'fallback', level: 'warn', message: text, runNumber }, atMs);
  const of = snapshot && { id: snapshot.id, name: snapshot.name };
  await addLedger(tx, jobId, { kind: 'fallback', runNumber, who: 'supervisor', text, snapshot: of, ...OLDER }, atMs);
}
