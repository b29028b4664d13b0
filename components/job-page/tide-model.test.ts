import { describe, expect, it } from 'vitest';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { failureBlocks, place, threads, tideEvents, tidePath } from './tide-model.ts';

const figure = { value: 0, confidence: 'exact', basis: null } as const;
const tide: TideAnswer = {
  from: 0,
  to: 1000,
  now: 1000,
  observedAt: 1000,
  savedBefore: null,
  checkpoints: 1,
  runs: [],
  snapshots: [
    { id: null, name: 'chk-1', kind: 'checkpoint', origin: 'checkpoint', at: 100, ok: true, sizeBytes: 1, tookMs: 1 },
    { id: null, name: 'chk-2', kind: 'checkpoint', origin: 'checkpoint', at: 200, ok: false, sizeBytes: null, tookMs: null },
    { id: null, name: 'sp', kind: 'savepoint', origin: 'stop', at: 900, ok: true, sizeBytes: 1, tookMs: 1 },
  ],
  events: [],
  exposure: [
    { at: 0, maxAgeMs: 0, maxRecords: 0 },
    { at: 100, maxAgeMs: 50, maxRecords: 1 },
    { at: 900, maxAgeMs: 100, maxRecords: 1 },
    { at: 1000, maxAgeMs: 0, maxRecords: 0 },
  ],
  ledger: [
    {
      id: 4,
      at: 500,
      kind: 'failure',
      runNumber: 1,
      who: '',
      text: 'broker',
      said: [],
      snapshot: null,
      lost: figure,
      readAgain: figure,
      doubled: figure,
      verdict: 'ok',
      acceptedBy: null,
      positions: [],
    },
  ],
};

describe('tide line', () => {
  it('has events in order, without the checkpoints that went well', () => {
    expect(tideEvents(tide, (_, text) => text).map((event) => [event.at, event.kind])).toEqual([
      [200, 'failed-checkpoint'],
      [500, 'failure'],
      [900, 'savepoint'],
    ]);
  });

  it('leaves the gap between runs empty and clips the height', () => {
    expect(tidePath(tide, 100, 60, 50)).toBe('M0.0 60L0.0 60.0L10.0 0.0L10.0 60ZM90.0 60L90.0 0.0L100.0 60.0L100.0 60Z');
    expect(tidePath({ ...tide, exposure: [] }, 100, 60, 50)).toBe('');
  });

  it('places times within the range', () => {
    expect(place(tide, 250)).toBe(0.25);
    expect(place(tide, 5000)).toBe(1);
  });

  it('draws what a failure had read again from the newest good snapshot before it', () => {
    expect(failureBlocks(tide).map(({ from, to }) => [from, to])).toEqual([[100, 500]]);
    expect(failureBlocks({ ...tide, snapshots: [] }).map(({ from, to }) => [from, to])).toEqual([[500, 500]]);
  });

  it('ties a run to the snapshot it began from, when both are in the range', () => {
    const snapshots = [{ ...tide.snapshots[0]!, id: '0123456789abcdef' }];
    const run = {
      number: 2,
      jobVersion: 1,
      engine: 'embedded',
      parallelism: 1,
      startedAt: 600,
      runningAt: null,
      endedAt: null,
      start: 'snapshot',
      endCause: null,
      failureMessage: null,
      failureSaid: [],
      restoredFrom: { snapshotId: '0123456789abcdef', name: 'chk-1', origin: 'checkpoint' },
      recordsIn: null,
      recordsOut: null,
      variables: {},
    } satisfies TideAnswer['runs'][number];
    expect(threads({ ...tide, snapshots, runs: [run] })).toEqual([{ key: '2', from: 100, to: 600, isSavepoint: false }]);
    expect(threads({ ...tide, snapshots, runs: [run], from: 200 })).toEqual([]);
  });
});
