/**
 * Sessions: an opaque token in a cookie, its hash in the database. A session ends 14 days after its last use, at latest 90 days after
 * sign-in, at sign-out, and when its user is disabled or gets a new password. Each sign-in makes a new one.
 */
import type { Database, DatabaseOrTransaction } from '../db/open-database.ts';
import type { Call } from './caller.ts';
import { hashToken, newToken } from './token.ts';

const DAY_MS = 86_400_000;
const IDLE_MS = 14 * DAY_MS;
const LONGEST_MS = 90 * DAY_MS;
/** Last use is written at most this often. */
const TOUCH_MS = 60_000;

export interface FoundSession {
  readonly id: string;
  readonly expiresAt: number;
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly role: string };
}

export async function createSession(
  database: DatabaseOrTransaction,
  userId: string,
  call: Call,
  nowMs: number,
): Promise<{ token: string; id: string; expiresAt: number }> {
  const token = newToken();
  const expiresAt = nowMs + IDLE_MS;
  const row = await database.session.create({
    data: {
      tokenHash: hashToken(token),
      userId,
      createdAt: new Date(nowMs),
      lastSeenAt: new Date(nowMs),
      expiresAt: new Date(expiresAt),
      address: call.address,
      userAgent: call.userAgent.slice(0, 300),
    },
  });
  await database.session.deleteMany({ where: { expiresAt: { lt: new Date(nowMs) } } });
  return { token, id: row.id, expiresAt };
}

/** Null when there is none, it has ended, or its user is disabled. */
export async function findSession(database: Database, token: string, nowMs: number): Promise<FoundSession | null> {
  const row = await database.session.findUnique({ where: { tokenHash: hashToken(token) }, include: { user: true } });
  if (!row || row.user.isDisabled || row.expiresAt.getTime() <= nowMs) return null;
  let expiresAt = row.expiresAt.getTime();
  if (nowMs - row.lastSeenAt.getTime() > TOUCH_MS) {
    expiresAt = Math.min(nowMs + IDLE_MS, row.createdAt.getTime() + LONGEST_MS);
    await database.session.updateMany({ where: { id: row.id }, data: { lastSeenAt: new Date(nowMs), expiresAt: new Date(expiresAt) } });
  }
  return { id: row.id, expiresAt, user: row.user };
}
