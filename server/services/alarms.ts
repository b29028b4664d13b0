/** Alarms as the console tells them, and silences. A member sees alarms of the jobs they may see, and silences jobs they may change. */

import type { z } from 'zod';
import { isSilencedBy } from '../alerts/evaluate.ts';
import { itemsSchema } from '../alerts/outbox.ts';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import {
  type Alarm,
  type AlarmSilence,
  type acknowledgeAlarmSchema,
  alarmConditionSchema,
  type createAlarmSilenceSchema,
  type listAlarmsQuerySchema,
} from '../contract/alarms.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import { saidOf } from '../db/told-columns.ts';
import { appendEvent } from '../events/append-event.ts';
import type { ConsoleContext } from './context.ts';

export async function listAlarms(context: ConsoleContext, call: UserCall, query: z.output<typeof listAlarmsQuerySchema>) {
  const { database } = context;
  const where = {
    projectId: call.caller.projectId,
    state: query.state ?? { in: ['firing', 'resolved'] },
    job: visibleJobs(call.caller),
    ...(query.jobId === undefined ? {} : { jobId: query.jobId }),
    ...(query.ruleId === undefined ? {} : { ruleId: query.ruleId }),
  };
  const now = new Date(context.clock.nowMs());
  const [rows, total, silences] = await Promise.all([
    database.alarm.findMany({
      where,
      include: { job: { select: { name: true } } },
      orderBy: [{ firedAt: 'desc' }, { id: 'asc' }],
      skip: (query.page - 1) * query.pageSize,
      take: query.pageSize,
    }),
    database.alarm.count({ where }),
    database.alarmSilence.findMany({ where: { projectId: call.caller.projectId, from: { lte: now }, until: { gt: now } } }),
  ]);
  const sent = await sentTo(context, rows);
  const items = rows.map(
    (row): Alarm => ({
      id: row.id,
      ruleId: row.ruleId,
      ruleName: row.ruleName,
      condition: alarmConditionSchema.parse(JSON.parse(row.conditionJson)),
      severity: row.severity === 'warning' ? 'warning' : 'critical',
      jobId: row.jobId,
      jobName: row.job.name,
      state: row.state === 'firing' ? 'firing' : 'resolved',
      detail: row.detail,
      said: saidOf(row.detailSaidJson, row.detail),
      firedAt: ms(row.firedAt ?? row.since),
      resolvedAt: msOrNull(row.resolvedAt),
      resolution: row.resolution,
      acknowledged: row.acknowledgedAt === null ? null : { at: ms(row.acknowledgedAt), by: row.acknowledgedBy ?? '', note: row.ackNote },
      resolutionSaid: saidOf(row.resolutionSaidJson, row.resolution),
      count: row.count,
      isSilenced: row.state === 'firing' && isSilencedBy(silences, row),
      sentTo: sent.get(row.id) ?? [],
    }),
  );
  return { items, total, page: query.page, pageSize: query.pageSize };
}

/** Whoever may change the job may say that they look after its alarm. */
export async function acknowledgeAlarm(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  { note }: z.output<typeof acknowledgeAlarmSchema>,
): Promise<{ ok: true }> {
  const { database } = context;
  const row = await database.alarm.findFirst({
    where: { id, projectId: call.caller.projectId, state: { in: ['firing', 'resolved'] }, job: visibleJobs(call.caller) },
    include: { job: { select: { name: true } } },
  });
  if (!row) throw new Refusal('not-found', say('said.no.alarm'));
  const object = { type: 'alarm', id, name: `${row.job.name}: ${row.ruleName}` } as const;
  return audited(database, call, 'acknowledgeAlarm', object, async (audit) => {
    await requireJob(database, call.caller, row.jobId, 'update');
    const nowMs = context.clock.nowMs();
    audit.after = { note };
    await database.$transaction(async (tx) => {
      const data = { acknowledgedAt: new Date(nowMs), acknowledgedBy: call.caller.name, ackNote: note };
      const { count } = await tx.alarm.updateMany({ where: { id, state: 'firing' }, data });
      if (count === 0) throw new Refusal('wrong-status', say('said.no.alarmEnded'));
      await appendEvent(tx, { type: 'alarm-changed', jobId: row.jobId, alarmId: id, change: 'acknowledged' }, nowMs);
      await audit.recordIn(tx);
    });
    context.events.nudge();
    return { ok: true } as const;
  });
}

/** Deliveries since the oldest of the alarms that speak of one of them. */
async function sentTo(context: ConsoleContext, rows: readonly { readonly id: string; readonly toldAt: Date | null }[]) {
  const found = new Map<string, Alarm['sentTo']>();
  const told = rows.flatMap((row) => row.toldAt?.getTime() ?? []);
  if (told.length === 0) return found;
  const deliveries = await context.database.alarmDelivery.findMany({
    where: { createdAt: { gte: new Date(Math.min(...told)) } },
    include: { channel: { select: { name: true } } },
    orderBy: { createdAt: 'asc' },
    take: 5_000,
  });
  const ids = new Set(rows.map((row) => row.id));
  for (const delivery of deliveries) {
    for (const item of itemsSchema.parse(JSON.parse(delivery.itemsJson))) {
      if (!ids.has(item.alarmId) || item.transition === 'test') continue;
      const list = found.get(item.alarmId) ?? [];
      found.set(item.alarmId, list);
      list.push({
        channelId: delivery.channelId,
        channelName: delivery.channel.name,
        transition: item.transition,
        status: delivery.status as 'waiting' | 'delivered' | 'failed',
        attempts: delivery.attempts,
        at: ms(delivery.finishedAt ?? delivery.createdAt),
        message: delivery.message,
        said: saidOf('[]', delivery.message),
      });
    }
  }
  return found;
}

export async function listSilences(context: ConsoleContext, call: UserCall): Promise<{ silences: AlarmSilence[] }> {
  const { database } = context;
  const { projectId } = call.caller;
  const nowMs = context.clock.nowMs();
  const rows = await database.alarmSilence.findMany({ where: { projectId }, orderBy: { until: 'desc' }, take: 500 });
  const [jobs, rules] = await Promise.all([
    database.job.findMany({
      where: { AND: [visibleJobs(call.caller), { id: { in: rows.flatMap((row) => row.jobId ?? []) } }] },
      select: { id: true, name: true },
    }),
    database.alarmRule.findMany({ where: { projectId }, select: { id: true, name: true } }),
  ]);
  const jobNames = new Map(jobs.map((job) => [job.id, job.name]));
  const ruleNames = new Map(rules.map((rule) => [rule.id, rule.name]));
  const silences = rows
    .filter((row) => row.jobId === null || jobNames.has(row.jobId))
    .map((row) => ({
      id: row.id,
      jobId: row.jobId,
      jobName: row.jobId === null ? null : (jobNames.get(row.jobId) ?? null),
      ruleId: row.ruleId,
      ruleName: row.ruleId === null ? null : (ruleNames.get(row.ruleId) ?? null),
      reason: row.reason,
      by: row.by,
      from: ms(row.from),
      until: ms(row.until),
      isActive: row.until.getTime() > nowMs,
    }));
  return { silences };
}

async function requireSilencing(context: ConsoleContext, call: UserCall, jobId: number | null): Promise<string> {
  if (jobId !== null) return (await requireJob(context.database, call.caller, jobId, 'update')).name;
  if (call.caller.role !== 'admin') throw new Refusal('not-allowed', say('said.no.silenceAll'));
  return 'all jobs';
}

export async function createSilence(context: ConsoleContext, call: UserCall, input: z.output<typeof createAlarmSilenceSchema>) {
  const name = await requireSilencing(context, call, input.jobId);
  const { projectId } = call.caller;
  return audited(context.database, call, 'createAlarmSilence', { type: 'alarm-silence', id: '', name }, async (note) => {
    if (input.ruleId !== null && !(await context.database.alarmRule.findFirst({ where: { id: input.ruleId, projectId } }))) {
      throw new Refusal('not-found', say('said.no.rule'));
    }
    const nowMs = context.clock.nowMs();
    const { minutes, ...what } = input;
    note.after = input;
    await context.database.$transaction(async (tx) => {
      const data = { ...what, projectId, by: call.caller.name, from: new Date(nowMs), until: new Date(nowMs + minutes * 60_000) };
      const row = await tx.alarmSilence.create({ data });
      note.object = { type: 'alarm-silence', id: row.id, name };
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}

export async function endSilence(context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const row = await context.database.alarmSilence.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.silence'));
  const name = await requireSilencing(context, call, row.jobId);
  return audited(context.database, call, 'endAlarmSilence', { type: 'alarm-silence', id, name }, async (note) => {
    const now = new Date(context.clock.nowMs());
    await context.database.$transaction(async (tx) => {
      await tx.alarmSilence.updateMany({ where: { id, until: { gt: now } }, data: { until: now } });
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}
