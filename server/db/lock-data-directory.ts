/**
 * The exclusive lock on a data directory: two consoles on one directory would run every job twice. The lock is an EXCLUSIVE transaction on
 * a SQLite file of its own, which the operating system releases when the process ends in whatever way (kill -9 included), so that
 * no stale lock can stay. Who holds it stands beside it in `lock.json`, for the message only.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Keeps what is locked reachable: a connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>();

export interface LockHolder {
  readonly pid: number;
  /** ms since the epoch. */
  readonly sinceMs: number;
  readonly address: string;
}

export type LockOutcome =
  | { readonly kind: 'locked'; release(): void }
  /** `holder` is null when it cannot be read. `message` is the sentence to print. */
  | { readonly kind: 'held'; readonly holder: LockHolder | null; readonly message: string };

function readHolder(file: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

/** `address` is where this console will listen. Call it once, in the process that outlives the others (the launcher). */
export function lockDataDirectory(dataDir: string, address: string, nowMs: number): LockOutcome {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const holderFile = join(dataDir, 'lock.json');
  const database = new DatabaseSync(join(dataDir, 'lock.db'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== 5) throw error;
    const holder = readHolder(holderFile);
    const who = holder
      ? `pid ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()}, at ${holder.address}`
      : 'it does not say which';
    return {
      kind: 'held',
      holder,
      message: `Another console (${who}) uses the data directory ${dataDir}. This one has changed nothing and stops.`,
    };
  }
  held.add(database);
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, sinceMs: nowMs, address } satisfies LockHolder));
  return {
    kind: 'locked',
    release: () => {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
}
