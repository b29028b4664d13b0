/**
 * Changes of jobs, each by the holder of the job's lease, many in one transaction. On SQLite a commit costs a write to the disk and writers wait
 * for each other; so what comes while one transaction is under way waits and is committed together by the next (group commit).
 *
 * Protocol: a change is told as done only after the commit that holds it, so a kill at any moment loses what nobody was told of. A group has one
 * change a job at most, and each change touches rows of its own job only. A job whose lease is gone is refused before its change begins. When any
 * change of a group fails, the group is rolled back and each change is made again in a transaction of its own: one that fails takes nobody along. So
 * a change may be called twice and keeps nothing from the first time. PostgreSQL commits many sessions with one write by itself: a transaction each.
 */
import type { DatabaseTransaction } from '../db/open-database.ts';
import { isUnwritable } from '../db/unwritable.ts';
import { FencedOut, inTransaction, type SupervisorContext } from './context.ts';
import type { JobRow, RunRow } from './job-facts.ts';
import type { OperationRow } from './operation-record.ts';

/** As many as keep other writers waiting for some hundredths of a second only. */
const GROUP_MOST = 64;

/** Rows of one job as they stand when its change begins. */
export interface LoadedRows {
  readonly job: JobRow;
  readonly run: RunRow;
  /** The one under way. */
  readonly operation: OperationRow | null;
}

interface Change {
  readonly jobId: number;
  /** The run whose rows are read before; null: none are. */
  readonly runId: string | null;
  work(tx: DatabaseTransaction, rows: LoadedRows | null): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

class GroupCommit {
  readonly #context: SupervisorContext;
  #waiting: Change[] = [];
  #isCommitting = false;

  constructor(context: SupervisorContext) {
    this.#context = context;
  }

  add(change: Change): void {
    if (this.#context.provider === 'postgresql') {
      void this.#commit([change]);
      return;
    }
    this.#waiting.push(change);
    if (this.#isCommitting) return;
    this.#isCommitting = true;
    // All that comes in this turn is of the first group.
    setImmediate(() => void this.#commitAll());
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#next());
    this.#isCommitting = false;
  }

  #next(): Change[] {
    const group = new Map<number, Change>();
    const later: Change[] = [];
    for (const change of this.#waiting) {
      if (group.size < GROUP_MOST && !group.has(change.jobId)) group.set(change.jobId, change);
      else later.push(change);
    }
    this.#waiting = later;
    return [...group.values()];
  }

  /** Never throws: each change hears how it went. */
  async #commit(group: readonly Change[]): Promise<void> {
    let outcomes: readonly (() => void)[];
    try {
      outcomes = await inTransaction(this.#context, (tx) => this.#make(tx, group));
    } catch (error) {
      const [first, ...others] = group;
      if (others.length === 0 || isUnwritable(error)) for (const change of group) change.reject(error);
      else for (const change of [first as Change, ...others]) await this.#commit([change]);
      return;
    }
    for (const tell of outcomes) tell();
  }

  async #make(tx: DatabaseTransaction, group: readonly Change[]): Promise<readonly (() => void)[]> {
    const held = await heldLeases(tx, this.#context, group);
    const rowsOf = await loadRows(tx, group);
    const outcomes: (() => void)[] = [];
    for (const change of group) {
      if (!held.has(change.jobId)) {
        outcomes.push(() => change.reject(new FencedOut(`the lease of job ${change.jobId} is held by another supervisor`)));
        continue;
      }
      const result = await change.work(tx, rowsOf(change));
      outcomes.push(() => change.resolve(result));
    }
    return outcomes;
  }
}

async function heldLeases(tx: DatabaseTransaction, context: SupervisorContext, group: readonly Change[]): Promise<ReadonlySet<number>> {
  const jobId = { in: group.map((change) => change.jobId) };
  const held = await tx.lease.findMany({ where: { jobId, holder: context.holder }, select: { jobId: true } });
  return new Set(held.map((lease) => lease.jobId));
}

async function loadRows(tx: DatabaseTransaction, group: readonly Change[]): Promise<(change: Change) => LoadedRows | null> {
  const wanting = group.filter((change) => change.runId !== null);
  if (wanting.length === 0) return () => null;
  const jobIds = wanting.map((change) => change.jobId);
  const jobs = new Map((await tx.job.findMany({ where: { id: { in: jobIds } } })).map((row) => [row.id, row]));
  const runIds = wanting.map((change) => change.runId as string);
  const runs = new Map((await tx.run.findMany({ where: { id: { in: runIds } } })).map((row) => [row.id, row]));
  const operations = new Map((await tx.operation.findMany({ where: { activeJobId: { in: jobIds } } })).map((row) => [row.jobId, row]));
  return ({ jobId, runId }) => {
    if (runId === null) return null;
    const [job, run] = [jobs.get(jobId), runs.get(runId)];
    if (!job || !run) throw new Error(`job ${jobId} or its run ${runId} is not there any more`);
    return { job, run, operation: operations.get(jobId) ?? null };
  };
}

const groups = new WeakMap<SupervisorContext, GroupCommit>();

function groupOf(context: SupervisorContext): GroupCommit {
  let group = groups.get(context);
  if (!group) {
    group = new GroupCommit(context);
    groups.set(context, group);
  }
  return group;
}

/** A transaction on a job by the holder of its lease; it may be one with those of other jobs, and may be called twice. */
export function onJob<T>(context: SupervisorContext, jobId: number, work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    groupOf(context).add({ jobId, runId: null, work: (tx) => work(tx), resolve: resolve as (result: unknown) => void, reject });
  });
}

/** As `onJob`, on a run of the job and with the rows that its changes begin from. */
export function onRun<T>(
  context: SupervisorContext,
  run: { readonly id: string; readonly jobId: number },
  work: (tx: DatabaseTransaction, rows: LoadedRows) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    groupOf(context).add({
      jobId: run.jobId,
      runId: run.id,
      work: (tx, rows) => work(tx, rows as LoadedRows),
      resolve: resolve as (result: unknown) => void,
      reject,
    });
  });
}
