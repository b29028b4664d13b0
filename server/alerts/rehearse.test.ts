/** When rules would have fired: each condition over a history whose answer is worked out by hand. */
import { describe, expect, it } from 'vitest';
import type { AlarmCondition } from '../contract/alarms.ts';
import { type RecordedJob, type RecordedRun, rehearse } from './rehearse.ts';

const MIN = 60_000;
const range = { fromMs: 0, toMs: 1_000 * MIN };
const NOTHING: RecordedJob = {
  runs: [],
  checkpointsMs: [],
  snapshotsMs: [],
  goodProofsMs: [],
  exceptionsMs: [],
  restartsMs: [],
  lag: [],
  isCheckpointing: true,
};
const run = (from: number, to: number | null, endCause: string | null = to === null ? null : 'stopped'): RecordedRun => ({
  startedMs: from * MIN,
  runningMs: from * MIN,
  endedMs: to === null ? null : to * MIN,
  endCause,
});
/** Spans in minutes. */
const fires = (condition: AlarmCondition, job: Partial<RecordedJob>) =>
  rehearse(condition, { ...NOTHING, ...job }, range).map(({ fromMs, toMs }) => [fromMs / MIN, toMs === null ? null : toMs / MIN]);
const minutes = (...at: number[]) => at.map((one) => one * MIN);

describe('a rehearsed rule', () => {
  it('fires where no checkpoint came for longer than the limit, within runs only', () => {
    const condition = { kind: 'no-checkpoint', forSeconds: 600 } as const;
    const runs = [run(0, 100), run(200, null)];
    expect(fires(condition, { runs, checkpointsMs: minutes(5, 30, 95, 205, 214, 990) })).toEqual([
      [15, 30],
      [40, 95],
      [224, 990],
    ]);
    expect(fires(condition, { runs, checkpointsMs: minutes(5, 30, 95), isCheckpointing: false })).toEqual([]);
    expect(fires(condition, { runs: [run(980, null)] })).toEqual([[990, null]]);
  });

  it('counts the age of a snapshot while a failed job is down, and not while it is stopped', () => {
    const condition = { kind: 'rpo', overSeconds: 1200 } as const;
    const snapshotsMs = minutes(10, 200);
    expect(fires(condition, { runs: [run(0, 20, 'failed'), run(90, 100), run(200, 210)], snapshotsMs })).toEqual([[30, 100]]);
    expect(fires(condition, { runs: [run(0, 20, 'stopped'), run(90, 100)], snapshotsMs })).toEqual([[90, 100]]);
  });

  it('needs a lag that never falls to the limit for the whole span', () => {
    const bucket = (at: number, min: number, max: number) => ({ fromMs: at * MIN, toMs: (at + 1) * MIN, min, max });
    const lag = [bucket(0, 11, 20), bucket(1, 12, 20), bucket(2, 13, 20), bucket(3, 10, 20), bucket(4, 11, 20), bucket(6, 11, 20)];
    expect(fires({ kind: 'lag', overRecords: 10, forSeconds: 120 }, { lag })).toEqual([[2, 3]]);
    expect(fires({ kind: 'lag', overRecords: 10, forSeconds: 0 }, { lag })).toEqual([
      [0, 5],
      [6, 7],
    ]);
    expect(fires({ kind: 'lag', overRecords: 20, forSeconds: 0 }, { lag })).toEqual([]);
    expect(fires({ kind: 'lag', overRecords: 10, forSeconds: 0 }, { lag: [bucket(998, 11, 11)] })).toEqual([[998, null]]);
  });

  it('counts restarts within any hour', () => {
    const restartsMs = minutes(0, 30, 59, 61, 300);
    expect(fires({ kind: 'restarts', overPerHour: 2 }, { restartsMs })).toEqual([
      [59, 60],
      [61, 90],
    ]);
    expect(fires({ kind: 'restarts', overPerHour: 0 }, { restartsMs: minutes(990) })).toEqual([[990, null]]);
  });

  it('holds an exception until a run has lasted for a minute, and counts a second one within as the same', () => {
    const runs = [run(0, 10, 'failed'), run(11, 11.5, 'failed'), run(12, 100), run(200, 210, 'failed')];
    expect(fires({ kind: 'exception' }, { runs, exceptionsMs: minutes(10, 11.5, 210) })).toEqual([
      [10, 13],
      [210, null],
    ]);
  });

  it('counts from the last good proof, or from the first snapshot where none ever was', () => {
    const condition = { kind: 'not-proven', overSeconds: 6000 } as const;
    expect(fires(condition, { runs: [run(0, null)], snapshotsMs: minutes(5, 900) })).toEqual([[105, null]]);
    expect(fires(condition, { runs: [run(0, null)], snapshotsMs: minutes(5), goodProofsMs: minutes(50, 200, 950) })).toEqual([
      [150, 200],
      [300, 950],
    ]);
  });
});
