import { describe, expect, it } from 'vitest';
import { hasFilters, readListState, START_STATE, toQuery, writeListState } from './url-state.ts';

describe('the address of the list', () => {
  it('comes back as it was written', () => {
    const state = {
      ...START_STATE,
      status: ['job_running', 'job_submit_fail'] as const,
      queue: ['q-payments'],
      tag: ['env:prod'],
      q: 'ord',
      sort: 'exposure' as const,
      page: 2,
      pageSize: 20,
    };
    const text = writeListState(state);
    expect(text).toBe('status=running,submit_fail&queue=q-payments&tag=env:prod&q=ord&sort=-exposure&page=2&rows=20');
    expect(readListState(new URLSearchParams(text))).toEqual(state);
  });

  it('is empty for the plain list, and passes over what it does not know', () => {
    expect(writeListState(START_STATE)).toBe('');
    expect(readListState(new URLSearchParams('status=nonsense,running&sort=-weight&page=-3&rows=7&type=jar_job'))).toEqual({
      ...START_STATE,
      status: ['job_running'],
      type: ['flink_jar_job'],
    });
  });

  it('shows members their own jobs and administrators all, unless the address says otherwise', () => {
    expect(toQuery(START_STATE, false).user).toEqual(['me']);
    expect(toQuery(START_STATE, true).user).toEqual([]);
    expect(toQuery({ ...START_STATE, user: 'any' }, false).user).toEqual([]);
    expect(hasFilters(START_STATE)).toBe(false);
    expect(hasFilters({ ...START_STATE, user: 'any' })).toBe(true);
  });
});
