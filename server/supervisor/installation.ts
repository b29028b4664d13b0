/** What makes an installation one: the id of its data directory, and the lock by which only one supervisor works on it. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The same at every start. */
export function installationId(dataDir: string): string {
  const folder = join(dataDir, 'run');
  const file = join(folder, 'installation');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomUUID(), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8').trim();
}

/** Keeps what is locked reachable: the garbage collector closes a connection that nobody refers to, and its lock with it. */
const held = new Set<DatabaseSync>();

export interface SupervisorLock {
  release(): void;
}

/**
 * Null when another supervisor has it. An exclusive transaction on a file of its own: the system lets go of it however the process ends.
 * `waitMs`: a supervisor that is just ending is waited for.
 */
export function lockSupervisor(dataDir: string, waitMs: number): SupervisorLock | null {
  mkdirSync(join(dataDir, 'run'), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDir, 'run', 'supervisor-lock.db'), { timeout: waitMs });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === 5) return null;
    throw error;
  }
  held.add(database);
  return {
    release: () => {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
}
