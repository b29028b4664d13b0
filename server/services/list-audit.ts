/** The audit log, for administrators. */

import type { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import type { AuditEntry, listAuditQuerySchema } from '../contract/administration.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import { saidOf } from '../db/told-columns.ts';
import type { ConsoleContext } from './context.ts';
import { containing } from './list-jobs.ts';

const json = (text: string | null): unknown => {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    // Cut at the row's limit.
    return text;
  }
};

type Row = Prisma.AuditEntryGetPayload<Record<string, never>>;
const view = (row: Row): AuditEntry => ({
  id: row.id,
  at: ms(row.at),
  who: row.who,
  userId: row.userId,
  action: row.action,
  objectType: row.objectType,
  objectId: row.objectId,
  objectName: row.objectName,
  from: row.address,
  via: row.via as AuditEntry['via'],
  result: row.result as AuditEntry['result'],
  message: row.message,
  said: saidOf(row.saidJson, row.message),
  before: json(row.beforeJson),
  after: json(row.afterJson),
  requestId: row.requestId,
});

type Filters = Omit<z.output<typeof listAuditQuerySchema>, 'page' | 'pageSize'>;

function whereOf(context: ConsoleContext, query: Filters): Prisma.AuditEntryWhereInput {
  const at = {
    ...(query.from === undefined ? {} : { gte: new Date(query.from) }),
    ...(query.to === undefined ? {} : { lte: new Date(query.to) }),
  };
  return {
    at,
    ...(query.who === undefined ? {} : { who: containing(context, query.who) }),
    ...(query.action === undefined ? {} : { action: containing(context, query.action) }),
    ...(query.result === undefined ? {} : { result: query.result }),
    ...(query.object === undefined ? {} : { OR: [{ objectId: query.object }, { objectName: containing(context, query.object) }] }),
  };
}

export async function listAudit(context: ConsoleContext, _call: UserCall, query: z.output<typeof listAuditQuerySchema>) {
  const where = whereOf(context, query);
  const [rows, total] = await Promise.all([
    context.database.auditEntry.findMany({ where, orderBy: { id: 'desc' }, skip: (query.page - 1) * query.pageSize, take: query.pageSize }),
    context.database.auditEntry.count({ where }),
  ]);
  const items = rows.map(view);
  return { items, total, page: query.page, pageSize: query.pageSize };
}

const PORTION = 500;

/** All that fit, newest first, in portions; entries that come meanwhile are left out. */
export async function* allAudit(context: ConsoleContext, query: Filters): AsyncGenerator<readonly AuditEntry[]> {
  const where = whereOf(context, query);
  for (let below: number | null = null; ; ) {
    const rows: Row[] = await context.database.auditEntry.findMany({
      where: { AND: [where, below === null ? {} : { id: { lt: below } }] },
      orderBy: { id: 'desc' },
      take: PORTION,
    });
    if (rows.length === 0) return;
    yield rows.map(view);
    below = rows.at(-1)?.id ?? 0;
  }
}
