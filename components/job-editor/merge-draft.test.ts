import { describe, expect, it } from 'vitest';
import { type JobOptions, jobOptionsSchema } from '../../server/contract/job-options.ts';
import { changedOptions, type Edited, mergeDraft } from './merge-draft.ts';

const edited = (sql: string, options: Partial<JobOptions> = {}): Edited => ({
  sql,
  options: { ...jobOptionsSchema.parse({}), parallelism: 1, cuNumber: 2, runtimeConfiguration: {}, ...options },
});
const base = edited('SELECT 1');

describe('a draft under which another version was saved', () => {
  it('takes what only they changed, which is then no change of mine', () => {
    const mine = edited('SELECT 1', { parallelism: 4 });
    const theirs = edited('SELECT 2', { cuNumber: 8, runtimeConfiguration: { a: '1' } });
    const { merged, both } = mergeDraft(base, mine, theirs);
    expect(merged).toEqual(edited('SELECT 2', { parallelism: 4, cuNumber: 8, runtimeConfiguration: { a: '1' } }));
    expect(changedOptions(theirs.options, merged.options)).toEqual({ parallelism: 4 });
    expect(both).toEqual([]);
  });

  it('keeps mine where both changed a field, and names it', () => {
    const mine = edited('SELECT mine', { parallelism: 4, runtimeConfiguration: { a: 'mine' } });
    const theirs = edited('SELECT theirs', { parallelism: 6, runtimeConfiguration: { a: 'theirs' } });
    const { merged, both } = mergeDraft(base, mine, theirs);
    expect(merged).toEqual(mine);
    expect([...both].sort()).toEqual(['parallelism', 'runtimeConfiguration', 'sql']);
  });

  it('names nothing where both made the same change', () => {
    const change = edited('SELECT 3', { parallelism: 4 });
    expect(mergeDraft(base, change, change)).toEqual({ merged: change, both: [] });
  });

  it('goes back to theirs for a field that was changed and changed back', () => {
    const theirs = edited('SELECT 2', { parallelism: 6 });
    expect(mergeDraft(base, edited('SELECT 1'), theirs)).toEqual({ merged: theirs, both: [] });
  });

  it('keeps what was typed while an own save was under way', () => {
    const sent = edited('SELECT 5', { parallelism: 4 });
    const typedSince = edited('SELECT 55', { parallelism: 4 });
    const saved = edited('SELECT 5', { parallelism: 4, cuNumber: 3 });
    expect(mergeDraft(sent, typedSince, saved)).toEqual({ merged: { ...saved, sql: 'SELECT 55' }, both: [] });
  });
});
