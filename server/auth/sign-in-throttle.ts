/**
 * Limits on guessing: five failures of an account (or twenty of an address) within five minutes make a pause of five minutes. A pause
 * is told before the password is looked at. A success clears the account's count.
 */
import type { Database, DatabaseOrTransaction } from '../db/open-database.ts';

const WINDOW_MS = 300_000;
const PAUSE_MS = 300_000;

export interface ThrottleKey {
  readonly key: string;
  readonly limit: number;
}
export const accountKey = (email: string): ThrottleKey => ({ key: `account:${email}`, limit: 5 });
export const addressKey = (address: string): ThrottleKey => ({ key: `address:${address}`, limit: 20 });
export const accessKeyKey = (accessKey: string): ThrottleKey => ({ key: `access-key:${accessKey}`, limit: 5 });

/** ms until the longest pause ends; 0 = none. */
export async function pauseLeft(database: Database, keys: readonly ThrottleKey[], nowMs: number): Promise<number> {
  const rows = await database.signInThrottle.findMany({ where: { key: { in: keys.map((key) => key.key) } } });
  return Math.max(0, ...rows.map((row) => (row.blockedUntil?.getTime() ?? 0) - nowMs));
}

/** Counts a failure; returns how many tries are left before a pause, the fewest of the keys. */
export async function recordFailure(database: Database, keys: readonly ThrottleKey[], nowMs: number): Promise<number> {
  let left = Number.POSITIVE_INFINITY;
  for (const { key, limit } of keys) {
    const failures = await database.$transaction(async (tx) => {
      const row = await tx.signInThrottle.findUnique({ where: { key } });
      const isFresh = !row || nowMs - row.firstAt.getTime() > WINDOW_MS;
      const count = isFresh ? 1 : row.failures + 1;
      const data = {
        failures: count,
        firstAt: isFresh ? new Date(nowMs) : row.firstAt,
        blockedUntil: count >= limit ? new Date(nowMs + PAUSE_MS) : null,
      };
      await tx.signInThrottle.upsert({ where: { key }, create: { key, ...data }, update: data });
      return count;
    });
    left = Math.min(left, Math.max(0, limit - failures));
  }
  return left;
}

export async function clearFailures(database: DatabaseOrTransaction, key: ThrottleKey): Promise<void> {
  await database.signInThrottle.deleteMany({ where: { key: key.key } });
}
