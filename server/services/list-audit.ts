/** The audit log, for administrators. */

import type { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import type { AuditEntry, listAuditQuerySchema } from '../contract/administration.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import { saidOf } from '../db/told-columns.ts';
import type { ConsoleContext } from './context.ts';
import { containing } from './list-jobs.ts';

export async function listAudit(context: ConsoleContext, _call: UserCall, query: z.output<typeof listAuditQuerySchema>) {
  const at = {
    ...(query.from === undefined ? {} : { gte: new Date(query.from) }),
    ...(query.to === undefined ? {} : { lte: new Date(query.to) }),
  };
  const where: Prisma.AuditEntryWhereInput = {
    at,
    ...(query.who === undefined ? {} : { who: containing(context, query.who) }),
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.result === undefined ? {} : { result: query.result }),
    ...(query.object === undefined ? {} : { OR: [{ objectId: query.object }, { objectName: containing(context, query.object) }] }),
  };
  const [rows, total] = await Promise.all([
    context.database.auditEntry.findMany({ where, orderBy: { id: 'desc' }, skip: (query.page - 1) * query.pageSize, take: query.pageSize }),
    context.database.auditEntry.count({ where }),
  ]);
  const json = (text: string | null): unknown => {
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      // Cut at the row's limit.
      return text;
    }
  };
  const items = rows.map((row) => ({
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
  }));
  return { items, total, page: query.page, pageSize: query.pageSize };
}
