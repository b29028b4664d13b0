/**
 * The outbox of notices. What is to be told is written in the transaction of the change it tells, and sent until a channel takes it: at least once, with the
 * same id at every try. Items of one channel that come within a moment wait for each other and go as one message.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DatabaseTransaction } from '../db/open-database.ts';
import { languageOf, openTarget } from './channel-target.ts';
import type { AlertContext } from './context.ts';
import { type NoticeItem, noticeItemSchema } from './notice.ts';
import { sendNotice } from './send-notice.ts';

const GATHER_MS = 10_000;
const RETRY_FIRST_MS = 10_000;
const RETRY_MOST_MS = 600_000;
const GIVE_UP_MS = 86_400_000;
const AT_ONCE = 20;
/** Kept for the history of alarms. */
const KEPT_MS = 90 * 86_400_000;

export const itemsSchema = z.array(noticeItemSchema);

export async function putInOutbox(tx: DatabaseTransaction, channelId: string, item: NoticeItem, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  const waiting = await tx.alarmDelivery.findFirst({ where: { channelId, status: 'waiting', attempts: 0, nextAt: { gt: now } } });
  if (!waiting) {
    const data = { id: randomUUID(), channelId, itemsJson: JSON.stringify([item]), createdAt: now, nextAt: new Date(nowMs + GATHER_MS) };
    await tx.alarmDelivery.create({ data });
    return;
  }
  const items = itemsSchema.parse(JSON.parse(waiting.itemsJson));
  await tx.alarmDelivery.update({ where: { id: waiting.id }, data: { itemsJson: JSON.stringify([...items, item]) } });
}

/** One round: what is due is tried once. Returns how many were delivered. */
export async function sendDue(context: AlertContext): Promise<number> {
  const { database, clock } = context;
  const due = await database.alarmDelivery.findMany({
    where: { status: 'waiting', nextAt: { lte: new Date(clock.nowMs()) } },
    include: { channel: true },
    orderBy: { nextAt: 'asc' },
    take: AT_ONCE,
  });
  if (due.length === 0) return 0;
  const [dialer, publicUrl] = await Promise.all([context.dialer(), context.publicUrl()]);
  const outcomes = await Promise.all(
    due.map(async (row) => {
      const attempts = row.attempts + 1;
      try {
        const target = openTarget(context.masterKey, row.channelId, row.channel.secretsSealed);
        const items = itemsSchema.parse(JSON.parse(row.itemsJson));
        const notice = { id: row.id, items, language: languageOf(row.channel), publicUrl };
        const message = await sendNotice(target, notice, dialer, clock.nowMs());
        const data = { status: 'delivered', attempts, message, finishedAt: new Date(clock.nowMs()) };
        await database.alarmDelivery.updateMany({ where: { id: row.id }, data });
        return true;
      } catch (error) {
        const message = (error instanceof Error ? error.message : String(error)).slice(0, 500);
        const nowMs = clock.nowMs();
        const isOver = nowMs - row.createdAt.getTime() >= GIVE_UP_MS;
        const waitMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 10));
        const data = isOver
          ? { status: 'failed', attempts, message, finishedAt: new Date(nowMs) }
          : { attempts, message, nextAt: new Date(nowMs + waitMs) };
        await database.alarmDelivery.updateMany({ where: { id: row.id }, data });
        context.log('warn', `The alarm channel ${row.channel.name} did not take a notice (try ${attempts}): ${message}`);
        return false;
      }
    }),
  );
  return outcomes.filter((isDelivered) => isDelivered).length;
}

export async function pruneAlarms(context: AlertContext): Promise<void> {
  const before = new Date(context.clock.nowMs() - KEPT_MS);
  await context.database.alarmDelivery.deleteMany({ where: { finishedAt: { lt: before } } });
  await context.database.alarm.deleteMany({ where: { state: 'resolved', resolvedAt: { lt: before } } });
  await context.database.alarmSilence.deleteMany({ where: { until: { lt: before } } });
}
