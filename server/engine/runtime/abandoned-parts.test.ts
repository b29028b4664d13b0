/** What runs that died left uncommitted goes when it is of no use to anybody, and not before. */
import { afterEach, describe, expect, test } from 'vitest';
import { FileSinkWorld, isComplete, repeated } from './file-sink-harness.ts';
import type { SnapshotAnswer } from './job-contract.ts';

let world: FileSinkWorld;
afterEach(() => world.remove());

const pathOf = (answer: SnapshotAnswer): string => {
  if (!answer.ok || answer.path === null) throw new Error(JSON.stringify(answer));
  return answer.path;
};

/** A run that prepares its parts and is overtaken before it can publish them: as if it had been killed there. */
const leaveParts = (restoreFrom: string | null, isPartitioned = false) =>
  world.live({ restoreFrom, isPartitioned, fence: async () => false }, async (job) => {
    await world.written(job, 100);
    expect(await job.triggerSnapshot('checkpoint', null)).toMatchObject({ ok: false });
  });

describe.each(['local', 'bucket'] as const)('a %s sink', (place) => {
  test.each([false, true])(
    'what a dead run left goes with the first committed checkpoint of the next (partitions: %s)',
    async (isPartitioned) => {
      world = new FileSinkWorld(place);
      expect(await leaveParts(null, isPartitioned)).toMatchObject({ kind: 'failed', failure: { causeKey: 'fenced' } });
      const left = await world.uncommitted();
      expect(left.length).toBeGreaterThanOrEqual(isPartitioned ? 2 : 1);
      await world.live({ isPartitioned }, async (job) => {
        await world.written(job, 100);
        expect(await world.uncommitted()).toEqual(expect.arrayContaining(left));
        await job.triggerSnapshot('checkpoint', null);
        await job.stop('savepoint', null);
      });
      expect(await world.uncommitted()).toEqual([]);
      expect([isComplete(world.ids()), repeated(world.ids())]).toEqual([true, []]);
    },
  );

  test('what a savepoint has still to commit stays as long as the savepoint does', async () => {
    world = new FileSinkWorld(place);
    let [checkpoint, savepoint] = ['', ''];
    await world.live({}, async (job) => {
      await world.written(job, 100);
      checkpoint = pathOf(await job.triggerSnapshot('checkpoint', null));
      await world.written(job, 100);
      savepoint = pathOf(await job.triggerSnapshot('savepoint', null));
      await job.stop('without', null);
    });
    const named = await world.uncommitted();
    expect(named).toHaveLength(1);
    await leaveParts(checkpoint);
    await world.live({ restoreFrom: checkpoint }, async (job) => {
      await world.written(job, 100);
      await job.triggerSnapshot('checkpoint', null);
      await job.stop('savepoint', null);
    });
    // What the run between left is gone; what the savepoint names is not.
    expect(await world.uncommitted()).toEqual(named);
    const before = world.ids();
    expect([isComplete(before), repeated(before)]).toEqual([true, []]);
    await world.live({ restoreFrom: savepoint }, (job) => job.stop('savepoint', null).then(() => {}));
    const held = (await world.manifest(savepoint)).recordsOut - (await world.manifest(checkpoint)).recordsOut;
    expect(world.ids().length).toBeGreaterThanOrEqual(before.length + held);
    expect(await world.uncommitted()).toEqual([]);
  });

  test('a savepoint elsewhere counts when the run is told of it, and a damaged manifest keeps everything', async () => {
    world = new FileSinkWorld(place);
    let elsewhere = '';
    await world.live({}, async (job) => {
      await world.written(job, 100);
      elsewhere = pathOf(await job.triggerSnapshot('savepoint', 'obs://elsewhere/kept'));
      await job.stop('without', null);
    });
    const named = await world.uncommitted();
    expect(named).toHaveLength(1);
    const go = (otherSnapshots: readonly string[]) =>
      world.live({ spec: { otherSnapshots } }, async (job) => {
        await world.written(job, 10);
        await job.stop('savepoint', null);
      });
    await go([elsewhere]);
    expect(await world.uncommitted()).toEqual(named);
    await world.store.put({ bucket: 'elsewhere', key: 'kept/broken/_metadata' }, Buffer.from('TIDEMRK1 and no more'));
    await go(['obs://elsewhere/kept/broken']);
    expect(await world.uncommitted()).toEqual(named);
    await go([]);
    expect(await world.uncommitted()).toEqual([]);
  });
});

test('what a savepoint has still to commit stays when the script names the same folder in another way', async () => {
  world = new FileSinkWorld('local');
  await world.live({}, async (job) => {
    await world.written(job, 100);
    pathOf(await job.triggerSnapshot('savepoint', null));
    await job.stop('without', null);
  });
  const named = await world.uncommitted();
  expect(named).toHaveLength(1);
  await world.live({ isPathRelative: true }, async (job) => {
    await world.written(job, 100);
    await job.stop('savepoint', null);
  });
  expect(await world.uncommitted()).toEqual(named);
});

test('neither another job nor another sink is touched', async () => {
  world = new FileSinkWorld('local');
  await leaveParts(null);
  const left = await world.uncommitted();
  const other = {
    checkpoint: {
      isEnabled: true,
      intervalMs: 1e8,
      mode: 'exactly-once',
      timeoutMs: 60_000,
      retained: 9,
      directory: 'obs://tidemark/jobs/checkpoint/1_cd',
    },
  } as const;
  await world.live({ spec: other }, async (job) => {
    await world.written(job, 10);
    await job.stop('savepoint', null);
  });
  expect(await world.uncommitted()).toEqual(left);
});
