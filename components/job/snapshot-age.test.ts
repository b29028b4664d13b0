import { describe, expect, it } from 'vitest';
import { type AgeInput, ageState } from './snapshot-age.ts';

const NOW = 1_700_000_000_000;
const job = (ageSeconds: number, more: Partial<AgeInput> = {}, failedSince = 0): AgeInput => ({
  status: 'job_running',
  checkpointIntervalSeconds: 30,
  unreachableSince: null,
  newestSnapshot: { snapshotId: '0123456789abcdef', name: 'chk-1', origin: 'checkpoint', at: NOW - ageSeconds * 1000, failedSince },
  ...more,
});

describe('the snapshot-age chip', () => {
  it('is fresh up to two intervals, ageing up to five, then stale', () => {
    expect([32, 60, 64, 150, 154].map((age) => ageState(job(age), NOW).state)).toEqual(['fresh', 'fresh', 'ageing', 'ageing', 'stale']);
  });

  it('ages after one failure', () => {
    expect(ageState(job(20, {}, 1), NOW).state).toBe('ageing');
  });

  it('tells a stop with savepoint from a last checkpoint', () => {
    const saved = job(90_000, { status: 'job_cancel_success' });
    expect(ageState(saved, NOW).state).toBe('last');
    expect(ageState({ ...saved, newestSnapshot: { ...saved.newestSnapshot!, origin: 'stop' } }, NOW).state).toBe('anchored');
  });

  it('says none and unknown apart', () => {
    expect(ageState(job(1, { newestSnapshot: null }), NOW).state).toBe('none');
    expect(ageState(job(1, { newestSnapshot: null, unreachableSince: NOW - 5 }), NOW).state).toBe('unknown');
  });
});
