/**
 * Two people edit one job: what I began from, what I have made of it, and what another has saved since, merged field by field (the SQL is one
 * field, each option is one). A field I did not touch follows theirs; one that only I changed keeps mine; one that both changed to different
 * values keeps mine too and is named, so that it is never overwritten unseen.
 */
import type { JobOptions } from '../../server/contract/job-options.ts';

export interface Edited {
  readonly sql: string;
  readonly options: JobOptions;
}
export type EditedField = 'sql' | keyof JobOptions;

export interface MergedDraft {
  readonly merged: Edited;
  readonly both: readonly EditedField[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Options that differ from what they were. */
export function changedOptions(before: JobOptions, options: JobOptions): Partial<JobOptions> {
  const names = (Object.keys(options) as (keyof JobOptions)[]).filter((name) => !same(before[name], options[name]));
  return Object.fromEntries(names.map((name) => [name, options[name]])) as Partial<JobOptions>;
}

export function mergeDraft(base: Edited, mine: Edited, theirs: Edited): MergedDraft {
  const own = changedOptions(base.options, mine.options);
  const both: EditedField[] = (Object.keys(own) as (keyof JobOptions)[]).filter(
    (name) => !same(base.options[name], theirs.options[name]) && !same(own[name], theirs.options[name]),
  );
  const isOwnSql = mine.sql !== base.sql;
  if (isOwnSql && theirs.sql !== base.sql && theirs.sql !== mine.sql) both.unshift('sql');
  return { merged: { sql: isOwnSql ? mine.sql : theirs.sql, options: { ...theirs.options, ...own } }, both };
}
