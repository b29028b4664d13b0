/** Carries out what `reconcile` decided. Null: look again at once; else how long to wait first, ms. */

import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';
import { saidOf } from '../db/told-columns.ts';
import type { JobFailure } from '../engine/runtime/wire.ts';
import { StoreError } from '../storage/contract.ts';
import type { ActedJob, GivenOrder } from './acted-job.ts';
import { beginRun } from './begin-run.ts';
import { engineOf, FencedOut } from './context.ts';
import { endByAction } from './end-operation.ts';
import type { JobFacts, RunRow } from './job-facts.ts';
import { onJob } from './job-transactions.ts';
import type { Action, EndCause } from './job-view.ts';
import { judgeForgotten } from './judge-forgotten.ts';
import { addLedger, NO_COST } from './ledger.ts';
import { claimOperation, type OperationRow, stepOperation } from './operation-record.ts';
import { rebuildCatalogue } from './rebuild-catalogue.ts';
import { addJobEvent, changeJob } from './tell.ts';

const AGAIN_MS = 5_000;

export async function performAction(actor: ActedJob, facts: JobFacts, action: Action): Promise<number | null> {
  switch (action.kind) {
    case 'nothing':
      return null;
    case 'adopt':
      return adopt(actor, facts.run as RunRow);
    case 'record-loss':
      return recordLoss(actor, facts.run as RunRow);
    case 'claim':
      return claim(actor, facts);
    case 'begin-run':
      return begin(actor, facts, action.by);
    case 'order-stop':
      return orderStop(actor, facts, action.mode);
    case 'order-savepoint':
      return orderSavepoint(actor, facts);
    case 'kill':
      return kill(actor, facts);
    case 'give-up':
      return giveUp(actor, facts, action);
    case 'record-finish':
      return recordEnd(actor, facts, 'job_finish');
    case 'record-stop':
      return recordEnd(actor, facts, 'job_cancel_success');
    default:
      await endByAction(actor.context, facts, action, null);
      actor.order = null;
      return null;
  }
}

const identityOf = (run: RunRow) => ({ jobId: String(run.jobId), runId: run.id, ref: run.engineRef });

/** After a crash of a former supervisor: finds the process again, or proves that there is none, or ends one that does not answer. */
async function adopt(actor: ActedJob, run: RunRow): Promise<number | null> {
  const { context } = actor;
  const { listener } = actor.expect(run);
  const outcome = await engineOf(context, run).adopt(identityOf(run), listener);
  if (outcome.kind === 'adopted') {
    actor.attach(outcome.run);
    await onJob(context, run.jobId, async (tx) => {
      await tx.run.updateMany({ where: { id: run.id, endedAt: null }, data: { engineRef: outcome.run.ref } });
      const message = say('said.run.adopted', { run: run.number });
      await addJobEvent(tx, run.jobId, { kind: 'engine', level: 'info', message, runNumber: run.number }, context.clock.nowMs());
    });
    await syncCatalogue(actor, run);
    return null;
  }
  if (outcome.kind === 'unreachable' && !(outcome.mayBeEnded && (await engineOf(context, run).kill(identityOf(run))))) {
    await onJob(context, run.jobId, async (tx) => {
      const nowMs = context.clock.nowMs();
      const job = await tx.job.findUniqueOrThrow({ where: { id: run.jobId }, select: { unreachableSince: true } });
      const data = { unreachableSince: job.unreachableSince ?? new Date(nowMs) };
      await changeJob(tx, run.jobId, { data, message: recognise(outcome.message) }, nowMs);
    });
    return AGAIN_MS;
  }
  actor.line = 'gone';
  return null;
}

/** Snapshots whose report was lost; a store that does not answer now is asked when they are needed. */
async function syncCatalogue(actor: ActedJob, run: RunRow): Promise<void> {
  const job = await actor.context.database.job.findUniqueOrThrow({ where: { id: run.jobId } });
  try {
    await rebuildCatalogue(actor.context, job, run.jobVersion);
  } catch (error) {
    if (error instanceof FencedOut) throw error;
    actor.context.log('warn', `The snapshots of job ${run.jobId} could not be listed: ${(error as Error).message}`);
  }
}

/**
 * A loss that was found, not seen: the run stopped because nobody watched it. That is no failure of the job; but one that may have finished waits
 * for a person.
 */
async function recordLoss(actor: ActedJob, run: RunRow): Promise<number | null> {
  await syncCatalogue(actor, run);
  let unknown: JobFailure | null;
  try {
    unknown = await judgeForgotten(actor.context, run);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    actor.context.log('warn', `Whether run ${run.id} had finished cannot be told yet: ${error.message}`);
    return AGAIN_MS;
  }
  if (unknown === null) await liveOf(actor, run).endAs('superseded');
  else await liveOf(actor, run).endAs('failed', unknown);
  await engineOf(actor.context, run).forget(String(run.jobId), run.id);
  return null;
}

const liveOf = (actor: ActedJob, run: RunRow) => (actor.live?.runId === run.id ? actor.live : actor.expect(run).live);

async function claim(actor: ActedJob, facts: JobFacts): Promise<number | null> {
  const { context } = actor;
  const operation = facts.operation as OperationRow;
  const nowMs = context.clock.nowMs();
  const row = await onJob(context, actor.jobId, (tx) => claimOperation(tx, operation, nowMs));
  actor.claimed = { operationId: row.id, fencingToken: row.fencingToken };
  actor.order = null;
  return null;
}

async function begin(actor: ActedJob, facts: JobFacts, by: 'operation' | 'restart' | 'resume'): Promise<number | null> {
  const { context } = actor;
  const begun = await beginRun(context, facts, by);
  if (begun.kind !== 'begun') {
    if (by === 'operation') {
      await endByAction(context, facts, { kind: 'start-failed' }, begun.message);
      return null;
    }
    if (begun.kind === 'refused') return giveUp(actor, facts, { kind: 'give-up', message: begun.message, isBreaker: false });
    await onJob(context, actor.jobId, (tx) => changeJob(tx, actor.jobId, { message: begun.message }, context.clock.nowMs()));
    return AGAIN_MS;
  }
  const run = await context.database.run.findUniqueOrThrow({ where: { id: begun.run.id } });
  const { live, listener } = actor.expect(run);
  const outcome = await engineOf(context, run).submit(begun.spec, listener);
  if (outcome.kind === 'failed') {
    const failure = {
      message: outcome.message,
      causeKey: 'submit',
      operatorUid: null,
      isRetryable: true,
      domain: 'internal',
      stack: null,
    } as const;
    await live.take({ type: 'failed', atMs: context.clock.nowMs(), failure }, actor);
    return null;
  }
  actor.attach(outcome.run);
  await context.database.run.updateMany({ where: { id: run.id, endedAt: null }, data: { engineRef: outcome.run.ref } });
  return null;
}

function giveOrder(actor: ActedJob, operation: OperationRow): GivenOrder {
  const requestId = `${operation.id}:${operation.fencingToken}`;
  const order: GivenOrder = { operationId: operation.id, requestId, state: { kind: 'waiting', sinceMs: actor.context.clock.nowMs() } };
  actor.order = order;
  return order;
}

async function orderStop(actor: ActedJob, facts: JobFacts, mode: 'savepoint' | 'drain' | 'without'): Promise<number | null> {
  const operation = facts.operation as OperationRow;
  const step = mode === 'without' ? 'stopping' : mode === 'drain' ? 'draining' : 'savepoint';
  const message = mode === 'without' ? say('said.act.stoppingProcess') : say('said.act.savingStep');
  await note(actor, operation, step, message);
  actor.live?.engineRun?.stop(giveOrder(actor, operation).requestId, mode, null);
  return null;
}

async function orderSavepoint(actor: ActedJob, facts: JobFacts): Promise<number | null> {
  const operation = facts.operation as OperationRow;
  const path = facts.request?.kind === 'trigger-savepoint' ? facts.request.path : null;
  await note(actor, operation, 'savepoint', say('said.act.saving'));
  actor.live?.engineRun?.triggerSnapshot(giveOrder(actor, operation).requestId, 'savepoint', path);
  return null;
}

async function note(actor: ActedJob, operation: OperationRow, step: string, message: Said): Promise<void> {
  const nowMs = actor.context.clock.nowMs();
  await onJob(actor.context, actor.jobId, (tx) => stepOperation(tx, operation, { step, message, progress: 0.5 }, nowMs));
}

async function kill(actor: ActedJob, facts: JobFacts): Promise<number | null> {
  const run = facts.run as RunRow;
  const live = liveOf(actor, run);
  if (live.engineRun) await live.engineRun.kill();
  else if (!(await engineOf(actor.context, run).kill(identityOf(run)))) throw new Error(`the process of run ${run.id} could not be ended`);
  await live.endAs('stopped');
  return null;
}

async function giveUp(actor: ActedJob, facts: JobFacts, action: Extract<Action, { kind: 'give-up' }>): Promise<number | null> {
  const { context, jobId } = actor;
  const nowMs = context.clock.nowMs();
  const cause = facts.run === null ? [] : saidOf(facts.run.failureSaidJson, facts.run.failureMessage);
  const message = [...cause, ...listOf(action.message)];
  await onJob(context, jobId, async (tx) => {
    const runNumber = facts.run?.number ?? null;
    await changeJob(tx, jobId, { status: 'job_running_exception', message, data: { desired: 'stopped' }, runNumber }, nowMs);
    const kind = action.isBreaker ? 'breaker' : 'restart';
    await addJobEvent(
      tx,
      jobId,
      { kind, level: 'error', message: action.message, runNumber, causeKey: facts.run?.causeKey ?? null },
      nowMs,
    );
    if (action.isBreaker) await addLedger(tx, jobId, { kind: 'breaker', runNumber, who: 'supervisor', text: message, ...NO_COST }, nowMs);
  });
  return null;
}

/** The run ended well without an operation that waits for it. */
async function recordEnd(actor: ActedJob, facts: JobFacts, status: 'job_finish' | 'job_cancel_success'): Promise<number | null> {
  const { context, jobId } = actor;
  const nowMs = context.clock.nowMs();
  const cause: EndCause = status === 'job_finish' ? 'finished' : 'stopped';
  await onJob(context, jobId, async (tx) => {
    const runNumber = facts.run?.number ?? null;
    await changeJob(tx, jobId, { status, data: { desired: 'stopped', observed: cause }, runNumber }, nowMs);
    const text = status === 'job_finish' ? say('said.run.allRead') : say('said.run.stoppedSaved');
    await addLedger(
      tx,
      jobId,
      { kind: status === 'job_finish' ? 'finish' : 'stop', runNumber, who: 'supervisor', text, ...NO_COST },
      nowMs,
    );
  });
  return null;
}
