/** What happened to a job: runs, ledger, events, exceptions by cause, and the tasks of its newest run. */

import type { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { Figure } from '../contract/primitives.ts';
import type { JobEvent, LedgerEntry, listJobEventsQuerySchema, Run, TasksAnswer } from '../contract/runs.ts';
import type { Database, Prisma } from '../db/open-database.ts';
import { ms, msOrNull, type RunRow, runView } from '../db/row-to-view.ts';
import { saidOf } from '../db/told-columns.ts';
import type { ConsoleContext } from './context.ts';

interface Paging {
  readonly page: number;
  readonly pageSize: number;
}
const span = (paging: Paging) => ({ skip: (paging.page - 1) * paging.pageSize, take: paging.pageSize });

export async function runViews(database: Database, rows: readonly RunRow[]): Promise<Run[]> {
  const ids = [...new Set(rows.flatMap((row) => row.restoredFromId ?? []))];
  const snapshots =
    ids.length === 0
      ? []
      : await database.snapshot.findMany({ where: { id: { in: ids } }, select: { id: true, name: true, origin: true } });
  const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  return rows.map((row) => runView(row, byId));
}

export async function listRuns(context: ConsoleContext, call: UserCall, query: Paging & { readonly jobId: number }) {
  const { jobId, page, pageSize } = query;
  await requireJob(context.database, call.caller, jobId);
  const [rows, total] = await Promise.all([
    context.database.run.findMany({ where: { jobId }, orderBy: { number: 'desc' }, ...span(query) }),
    context.database.run.count({ where: { jobId } }),
  ]);
  return { items: await runViews(context.database, rows), total, page, pageSize };
}

type LedgerRow = Prisma.LedgerEntryGetPayload<Record<string, never>>;
export function ledgerView(row: LedgerRow): LedgerEntry {
  const figure = (json: string) => JSON.parse(json) as Figure;
  return {
    id: row.id,
    at: ms(row.at),
    kind: row.kind as LedgerEntry['kind'],
    runNumber: row.runNumber,
    who: row.who,
    text: row.text,
    said: saidOf(row.saidJson, row.text),
    snapshot: row.snapshotId === null ? null : { id: row.snapshotId, name: row.snapshotName ?? '' },
    lost: figure(row.lostJson),
    readAgain: figure(row.readAgainJson),
    doubled: figure(row.doubledJson),
    verdict: row.verdict as LedgerEntry['verdict'],
    acceptedBy: row.acceptedBy,
    positions: JSON.parse(row.positionsJson) as LedgerEntry['positions'],
  };
}

export async function listLedger(context: ConsoleContext, call: UserCall, query: Paging & { readonly jobId: number }) {
  const { jobId, page, pageSize } = query;
  await requireJob(context.database, call.caller, jobId);
  const [rows, total] = await Promise.all([
    context.database.ledgerEntry.findMany({ where: { jobId }, orderBy: { id: 'desc' }, ...span(query) }),
    context.database.ledgerEntry.count({ where: { jobId } }),
  ]);
  return { items: rows.map(ledgerView), total, page, pageSize };
}

type EventRow = Prisma.JobEventGetPayload<Record<string, never>>;
export function jobEventView(row: EventRow): JobEvent {
  return {
    id: row.id,
    at: ms(row.at),
    kind: row.kind as JobEvent['kind'],
    level: row.level as JobEvent['level'],
    runNumber: row.runNumber,
    message: row.message,
    said: saidOf(row.saidJson, row.message),
    detail: row.detail,
    causeKey: row.causeKey,
  };
}

export async function listJobEvents(
  context: ConsoleContext,
  call: UserCall,
  query: z.output<typeof listJobEventsQuerySchema> & { readonly jobId: number },
) {
  const { jobId, page, pageSize } = query;
  await requireJob(context.database, call.caller, jobId);
  const where = { jobId, ...(query.kind === undefined ? {} : { kind: { in: query.kind } }) };
  const [rows, total] = await Promise.all([
    context.database.jobEvent.findMany({ where, orderBy: { id: 'desc' }, ...span(query) }),
    context.database.jobEvent.count({ where }),
  ]);
  return { items: rows.map(jobEventView), total, page, pageSize };
}

/** Newest cause first. */
export async function listExceptions(context: ConsoleContext, call: UserCall, jobId: number) {
  await requireJob(context.database, call.caller, jobId);
  const { database } = context;
  const groups = await database.jobEvent.groupBy({
    by: ['causeKey'],
    where: { jobId, kind: 'exception' },
    _count: { _all: true },
    _min: { at: true },
    _max: { at: true, id: true },
    orderBy: { _max: { at: 'desc' } },
    take: 100,
  });
  const newest = await database.jobEvent.findMany({ where: { id: { in: groups.flatMap((group) => group._max.id ?? []) } } });
  const byId = new Map(newest.map((row) => [row.id, row]));
  return {
    groups: groups.flatMap((group) => {
      const last = byId.get(group._max.id ?? 0);
      if (!last || !group._min.at || !group._max.at) return [];
      return {
        causeKey: group.causeKey ?? '',
        message: last.message,
        said: saidOf(last.saidJson, last.message),
        count: group._count._all,
        firstAt: ms(group._min.at),
        lastAt: ms(group._max.at),
        detail: last.detail,
      };
    }),
  };
}

type Measured = 'inRate' | 'outRate' | 'latencyMs';
type StoredOperator = Omit<TasksAnswer['operators'][number], Measured> & Partial<Pick<TasksAnswer['operators'][number], Measured>>;

/** Operators as the newest run last reported them (Run.tasksJson is this list; one of an earlier release measured less). */
export async function getJobTasks(context: ConsoleContext, call: UserCall, jobId: number): Promise<TasksAnswer> {
  await requireJob(context.database, call.caller, jobId);
  const run = await context.database.run.findFirst({ where: { jobId }, orderBy: { number: 'desc' } });
  const stored: StoredOperator[] = run?.tasksJson ? JSON.parse(run.tasksJson) : [];
  return {
    observedAt: msOrNull(run?.tasksAt ?? null),
    operators: stored.map((operator) => ({ inRate: null, outRate: null, latencyMs: null, ...operator })),
  };
}
