import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../storage/contract.ts';
import { decodeManifest } from '../../checkpoint/manifest-codec.ts';
import type { Job, SnapshotAnswer } from '../job-contract.ts';
import type { RunSpec } from '../wire.ts';
import { BUCKET, live, newestSnapshot, newWorld } from './simulated-job.ts';
import { inputRows, unionPlan } from './simulated-plan.ts';
import { committedRows, type World } from './simulated-world.ts';

const INPUTS: World['inputs'] = new Map([
  ['left', inputRows(3, 8, 0n)],
  ['right', inputRows(2, 8, 1000n)],
]);
const UNBOUNDED = unionPlan({ unbounded: 'true' });
const ALL_ROWS = 40;

async function expectedRows(): Promise<string[]> {
  const world = newWorld(1, INPUTS);
  await live(world, unionPlan(), { parallelism: 1 });
  const rows = committedRows(world);
  expect(rows.length).toBe(ALL_ROWS);
  return rows;
}

async function manifestAt(world: World, uri: string) {
  const decoded = decodeManifest(await world.store.get({ bucket: BUCKET, key: `${uri.slice(`obs://${BUCKET}/`.length)}/_metadata` }));
  if (decoded.kind !== 'manifest') throw new Error(decoded.kind);
  return decoded.manifest;
}

const isRead = (world: World, job: Job) =>
  new Promise<void>((resolve) => {
    const look = () => {
      const total = job
        .metrics()
        .operators.filter((operator) => operator.kind === 'sink')
        .reduce((sum, operator) => sum + operator.recordsIn, 0);
      if (total >= 10) resolve();
      else world.time.scheduler.setTimer(1, look);
    };
    look();
  });

describe('stop', () => {
  test.each(['savepoint', 'drain'] as const)(
    'with %s: committed output and a snapshot from which nothing is lost or doubled',
    async (mode) => {
      for (let seed = 1; seed <= 10; seed++) {
        const world = newWorld(seed, INPUTS);
        let answer: SnapshotAnswer | null = null;
        const first = await live(world, UNBOUNDED, {
          parallelism: 2,
          onRunning: (job) => void isRead(world, job).then(async () => (answer = await job.stop(mode, null))),
        });
        expect(first.end?.kind).toBe('stopped');
        const path = (first.end as { path: string }).path;
        expect(path).toMatch(/^obs:\/\/snapshots\/savepoints\/2023-11-14_22-13-2\d$/);
        expect(answer).toEqual({ ok: true, path });
        const manifest = await manifestAt(world, path);
        expect([manifest.kind, manifest.trigger]).toEqual(['savepoint', mode === 'drain' ? 'drain' : 'stop']);
        expect(committedRows(world).length).toBe(manifest.recordsOut);
        await live(world, unionPlan(), { parallelism: 3, spec: { restoreFrom: path } });
        expect(committedRows(world)).toEqual(await expectedRows());
      }
    },
  );

  test('a savepoint that fails does not stop the job, and costs nothing', async () => {
    const world = newWorld(4, INPUTS);
    const answers: SnapshotAnswer[] = [];
    const result = await live(world, UNBOUNDED, {
      parallelism: 2,
      fail: (operation, key) => (operation === 'put' && key.startsWith('savepoints/') ? new StoreError('full', 'The disk is full.') : null),
      onRunning: (job) =>
        void isRead(world, job).then(async () => {
          answers.push(await job.stop('savepoint', null));
          world.time.scheduler.setTimer(200, () => void job.stop('without', null));
        }),
    });
    expect(answers).toEqual([{ ok: false, message: expect.stringContaining('The disk is full.') }]);
    expect(result.end).toEqual({ kind: 'stopped', path: null });
    expect(committedRows(world)).toEqual(await expectedRows());
  });

  test('without a savepoint nothing of the last epoch is committed, and the next start commits it', async () => {
    const world = newWorld(5, INPUTS);
    await live(world, UNBOUNDED, { parallelism: 1, onRunning: (job) => void isRead(world, job).then(() => job.stop('without', null)) });
    expect(committedRows(world).length).toBeLessThan(ALL_ROWS);
    await live(world, unionPlan(), { parallelism: 2 });
    expect(committedRows(world)).toEqual(await expectedRows());
  });
});

describe('a checkpoint that is given up', () => {
  test('by a failing store: the job goes on and the next one holds everything', async () => {
    const world = newWorld(6, INPUTS);
    let failures = 0;
    const result = await live(world, unionPlan(), {
      parallelism: 2,
      fail: (operation, key) =>
        operation === 'put' && key.includes('/chk-') && failures++ < 2 ? new StoreError('unreachable', 'No answer.') : null,
    });
    expect(result.end).toEqual({ kind: 'finished' });
    expect(result.reports.filter((report) => report.type === 'checkpoint-failed').length).toBe(2);
    expect(committedRows(world)).toEqual(await expectedRows());
  });

  test('by time: tasks waiting for the barrier go on', async () => {
    const world = newWorld(7, INPUTS);
    const spec: Partial<RunSpec> = { checkpoint: { ...SPEC_CHECKPOINT, timeoutMs: 3 } };
    let answer: SnapshotAnswer | null = null;
    const result = await live(world, UNBOUNDED, {
      parallelism: 3,
      spec,
      onRunning: (job) => {
        void job.triggerSnapshot('savepoint', null).then((given) => {
          answer = given;
        });
        world.time.scheduler.setTimer(2000, () => void job.stop('without', null));
      },
    });
    expect(answer).toEqual({ ok: false, message: expect.stringContaining('not complete after 3 ms') });
    const sink = result.reports.filter((report) => report.type === 'checkpoint-failed');
    expect(sink.length).toBeGreaterThan(0);
    expect(result.end).toEqual({ kind: 'stopped', path: null });
  });
});

const SPEC_CHECKPOINT: RunSpec['checkpoint'] = {
  isEnabled: true,
  intervalMs: 15,
  mode: 'exactly-once',
  timeoutMs: 1_000_000,
  retained: 2,
  directory: `obs://${BUCKET}/job`,
};

describe('fence', () => {
  test('a run that has been overtaken stores no manifest and commits nothing more', async () => {
    const world = newWorld(8, INPUTS);
    const result = await live(world, unionPlan(), { parallelism: 2, fence: async () => false });
    expect(result.end).toMatchObject({ kind: 'failed', failure: { causeKey: 'fenced', isRetryable: false } });
    expect(await newestSnapshot(world)).toBeNull();
    expect(committedRows(world)).toEqual([]);
  });

  test('overtaken between manifest and commit: nothing is committed by it, and the successor commits', async () => {
    const world = newWorld(9, INPUTS);
    let asked = 0;
    const result = await live(world, unionPlan(), { parallelism: 2, fence: async () => ++asked < 2 });
    expect(result.end).toMatchObject({ kind: 'failed', failure: { causeKey: 'fenced' } });
    expect(await newestSnapshot(world)).not.toBeNull();
    expect(committedRows(world)).toEqual([]);
    await live(world, unionPlan(), { parallelism: 1 });
    expect(committedRows(world)).toEqual(await expectedRows());
  });
});

describe('modes', () => {
  test('at least once: no row is lost after a crash, whatever the barriers overtook', async () => {
    const expected = new Set(await expectedRows());
    for (let seed = 1; seed <= 30; seed++) {
      const world = newWorld(seed, INPUTS);
      const spec: Partial<RunSpec> = { checkpoint: { ...SPEC_CHECKPOINT, mode: 'at-least-once' } };
      await live(world, unionPlan(), { parallelism: 2, spec, fault: { at: 10 + seed, when: 'after' } });
      const { end } = await live(world, unionPlan(), { parallelism: 2, spec });
      expect(end).toEqual({ kind: 'finished' });
      expect(new Set(committedRows(world))).toEqual(expected);
    }
  });

  test('without checkpoints a bounded job still commits at its end', async () => {
    const world = newWorld(10, INPUTS);
    const spec: Partial<RunSpec> = { checkpoint: { ...SPEC_CHECKPOINT, isEnabled: false, directory: null } };
    const { end } = await live(world, unionPlan(), { parallelism: 2, spec });
    expect(end).toEqual({ kind: 'finished' });
    expect(committedRows(world)).toEqual(await expectedRows());
    expect(await newestSnapshot(world)).toBeNull();
  });

  test('a manual savepoint commits nothing while checkpoints are on; restoring it later repeats and loses nothing', async () => {
    const world = newWorld(11, INPUTS);
    let answer: SnapshotAnswer | null = null;
    let committedThen = -1;
    await live(world, UNBOUNDED, {
      parallelism: 2,
      intervalMs: 1_000_000,
      onRunning: (job) =>
        void isRead(world, job).then(async () => {
          answer = await job.triggerSnapshot('savepoint', null);
          committedThen = world.committed.size;
          await job.stop('without', null);
        }),
    });
    expect(committedThen).toBe(0);
    const path = (answer as unknown as { path: string }).path;
    await live(world, unionPlan(), { parallelism: 1, spec: { restoreFrom: path } });
    expect(committedRows(world)).toEqual(await expectedRows());
  });
});

describe('retention', () => {
  test('keeps the newest two, and the one restored from until two newer are complete', async () => {
    const world = newWorld(12, INPUTS);
    await live(world, UNBOUNDED, {
      parallelism: 1,
      onRunning: (job) => world.time.scheduler.setTimer(300, () => void job.stop('without', null)),
    });
    const restored = (await newestSnapshot(world)) as string;
    const folders = async () =>
      [...new Set((await world.store.list(BUCKET, 'job/')).objects.map(({ key }) => key.split('/')[1] as string))]
        .filter((name) => name !== '_lease')
        .sort();
    expect((await folders()).length).toBe(2);
    const seen: string[][] = [];
    await live(world, UNBOUNDED, {
      parallelism: 1,
      onRunning: (job) => {
        const look = async () => {
          seen.push(await folders());
          world.time.scheduler.setTimer(5, () => void look());
        };
        void look();
        world.time.scheduler.setTimer(300, () => void job.stop('without', null));
      },
    });
    const name = restored.split('/').at(-1) as string;
    const number = Number(name.slice(4));
    for (const present of seen) {
      const newer = present.filter((folder) => Number(folder.slice(4)) > number).length;
      if (newer < 2) expect(present).toContain(name);
    }
    expect(seen.at(-1)).not.toContain(name);
  });
});
