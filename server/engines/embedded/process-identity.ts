/**
 * Which process a run is: its number and start time, so that a number used again by another process is never taken for it. On Linux both
 * are read from /proc, and a process can also be found by the run folder on its command line. Elsewhere only the control socket
 * proves a process; then nothing is killed by number.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; null where the system does not tell. */
  readonly startTicks: string | null;
}

const identitySchema = z.object({ pid: z.int().positive(), startTicks: z.string().nullable() });

/** Null when the text is no identity. */
export function parseIdentity(text: string | null): ProcessIdentity | null {
  if (text === null) return null;
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const hasProc = process.platform === 'linux' && existsSync('/proc/self/stat');

/** Field 22 of /proc/<pid>/stat; the command in field 2 may hold spaces and parentheses. A zombie counts as gone. */
export function startTicksOf(pid: number): string | null {
  if (!hasProc) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, startTicks: startTicksOf(pid) });

export type Liveness = 'alive' | 'gone' | 'unproven';

/** `unproven`: a process has the number, but whether it is this one cannot be told. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  if (hasProc) return identity.startTicks !== null && startTicksOf(identity.pid) === identity.startTicks ? 'alive' : 'gone';
  try {
    process.kill(identity.pid, 0);
    return 'unproven';
  } catch {
    return 'gone';
  }
}

/** The process whose command line ends with the run folder; null when there is none or the system does not tell. */
export function findProcessOfFolder(runFolder: string): ProcessIdentity | null {
  if (!hasProc) return null;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (!words.includes(runFolder)) continue;
      const identity = identityOf(Number(name));
      if (identity.startTicks !== null) return identity;
    } catch {
      // It ended meanwhile, or belongs to another user.
    }
  }
  return null;
}

const POLL_MS = 20;
const END_MS = 10_000;

/** SIGKILL, then waits until it is gone. False when it is not provably this process, or does not end. */
export async function killProven(identity: ProcessIdentity): Promise<boolean> {
  const liveness = livenessOf(identity);
  if (liveness !== 'alive') return liveness === 'gone';
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') return false;
  }
  for (let waited = 0; waited < END_MS; waited += POLL_MS) {
    if (livenessOf(identity) === 'gone') return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
