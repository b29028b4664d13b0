/**
 * What the TaskManager of a failure wrote about it: its last warnings and errors with their stack traces, copied into the log of the run, since the
 * cluster forgets both. One log is of all jobs of that TaskManager, so only the newest entries are taken.
 */
import { FlinkUnreachable } from './cluster.ts';
import type { FlinkException, JobManager } from './job-manager.ts';

const ENTRIES_MOST = 10;
const LINES_MOST = 40;

/** A line of Flink's log4j layout: date, time with ms, level. */
const HEAD = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2},\d{3} +(\w+)/;

/** `log`: the whole file. Entries oldest first, each with the lines that belong to it. */
export function lastWarnings(log: string): readonly string[] {
  const entries: string[][] = [];
  let isWanted = false;
  for (const line of log.split('\n')) {
    const level = HEAD.exec(line)?.[1];
    if (level !== undefined) {
      isWanted = level === 'WARN' || level === 'ERROR';
      if (isWanted) entries.push([line]);
    } else if (isWanted && line !== '' && (entries.at(-1)?.length ?? LINES_MOST) < LINES_MOST) entries.at(-1)?.push(line);
  }
  return entries.slice(-ENTRIES_MOST).map((lines) => lines.join('\n'));
}

/** Of the TaskManagers that the newest failure names; a sentence for one whose log cannot be had. */
export async function tellTaskManagers(jobManager: JobManager, exceptions: readonly FlinkException[]): Promise<readonly string[]> {
  const newest = exceptions[0];
  const named = [newest, ...(newest?.concurrentExceptions ?? [])].flatMap((one) => one?.taskManagerId ?? []);
  const told: string[] = [];
  for (const id of new Set(named)) {
    try {
      const log = await jobManager.taskManagerLog(id);
      if (log === null) told.push(`TaskManager ${id} is gone, and its log with it.`);
      else told.push(...lastWarnings(log).map((entry) => `TaskManager ${id}: ${entry}`));
    } catch (error) {
      if (!(error instanceof FlinkUnreachable)) throw error;
      told.push(`The log of TaskManager ${id} cannot be read: ${error.message}`);
    }
  }
  return told;
}
