/** Whether a failure of the database means that its disk is full or fails: SQLite's FULL and IOERR, PostgreSQL's disk_full and io_error. */

const WORDS = /database or disk is full|disk I\/O error|No space left on device|could not extend file|could not write to file/i;
/** Errors of Prisma carry those of the driver in their text or as causes. */
const DEPTH_MAX = 5;

export function isUnwritable(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < DEPTH_MAX && at instanceof Error; depth++) {
    if (WORDS.test(at.message)) return true;
    at = at.cause;
  }
  return false;
}
