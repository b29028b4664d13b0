/**
 * What a savepoint commits (Flink's FLIP-203): one that a job stops with commits, one that the job goes on after does not. For the job may be
 * restored from the checkpoint before it, when the savepoint has been deleted or is damaged; what it had committed would be shown twice. And
 * what such a savepoint holds is committed by whoever restores it.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { FileSinkWorld, isComplete, repeated } from './file-sink-harness.ts';
import type { Job, SnapshotAnswer } from './job-contract.ts';

let world: FileSinkWorld;
afterEach(() => world.remove());

const pathOf = (answer: SnapshotAnswer): string => {
  if (!answer.ok || answer.path === null) throw new Error(JSON.stringify(answer));
  return answer.path;
};
const take = async (job: Job, kind: 'checkpoint' | 'savepoint'): Promise<string> => {
  await world.written(job, 100);
  return pathOf(await job.triggerSnapshot(kind, null));
};
const stopped = (restoreFrom: string) =>
  world.live({ restoreFrom }, async (job) => {
    await world.written(job, 100);
    await job.stop('savepoint', null);
  });

test.each(['savepoint', 'drain'] as const)(
  'a stop (%s) that comes while the job opens is not forgotten: it is stopped as soon as it runs',
  async (mode) => {
    world = new FileSinkWorld('local');
    let path = '';
    const end = await world.live({ isActingAtOnce: true }, async (job) => {
      path = pathOf(await job.stop(mode, null));
    });
    expect(end).toEqual({ kind: 'stopped', path });
    await stopped(path);
    expect([isComplete(world.ids()), repeated(world.ids())]).toEqual([true, []]);
  },
);

describe.each(['local', 'bucket'] as const)('a savepoint while the job runs, %s sink', (place) => {
  test('commits nothing; a restart from the checkpoint before it shows nothing twice', async () => {
    world = new FileSinkWorld(place);
    let checkpoint = '';
    await world.live({}, async (job) => {
      checkpoint = await take(job, 'checkpoint');
      const committed = world.ids().length;
      await take(job, 'savepoint');
      expect(world.ids().length).toBe(committed);
      await job.stop('without', null);
    });
    await stopped(checkpoint);
    expect([isComplete(world.ids()), repeated(world.ids())]).toEqual([true, []]);
  });

  test('is committed by the next checkpoint, and restored after a kill before that one: nothing lost, nothing twice', async () => {
    world = new FileSinkWorld(place);
    let savepoint = '';
    await world.live({}, async (job) => {
      await take(job, 'checkpoint');
      await take(job, 'savepoint');
      const next = await take(job, 'checkpoint');
      expect(world.ids().length).toBe((await world.manifest(next)).recordsOut);
      savepoint = await take(job, 'savepoint');
      await job.stop('without', null);
    });
    await stopped(savepoint);
    expect([isComplete(world.ids()), repeated(world.ids())]).toEqual([true, []]);
  });

  test('restored after later checkpoints have committed: nothing lost, its own rows once, and only what came after it is there twice', async () => {
    world = new FileSinkWorld(place);
    let savepoint = '';
    let latest = '';
    await world.live({}, async (job) => {
      await take(job, 'checkpoint');
      savepoint = await take(job, 'savepoint');
      latest = await take(job, 'checkpoint');
      await job.stop('without', null);
    });
    const { recordsOut: atSavepoint } = await world.manifest(savepoint);
    const { recordsOut: atLatest } = await world.manifest(latest);
    expect(atLatest).toBeGreaterThan(atSavepoint);
    await world.live({ restoreFrom: savepoint }, async (job) => {
      await world.written(job, atLatest - atSavepoint + 100);
      await job.stop('savepoint', null);
    });
    const ids = world.ids();
    expect(isComplete(ids)).toBe(true);
    const twice = repeated(ids);
    expect([twice[0], twice.at(-1), twice.length]).toEqual([atSavepoint + 1, atLatest, atLatest - atSavepoint]);
  });
});

test.each(['local', 'bucket'] as const)(
  'a stop with savepoint commits all that was read, and what goes on from it doubles nothing (%s sink)',
  async (place) => {
    world = new FileSinkWorld(place);
    let path = '';
    await world.live({}, async (job) => {
      await take(job, 'savepoint');
      await world.written(job, 100);
      path = pathOf(await job.stop('savepoint', null));
    });
    expect(world.ids().length).toBe((await world.manifest(path)).recordsOut);
    await stopped(path);
    expect([isComplete(world.ids()), repeated(world.ids())]).toEqual([true, []]);
  },
);
