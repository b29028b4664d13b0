import { expect, test } from 'vitest';
import { systemScheduler } from '../../effects/scheduler.ts';
import type { ObjectRef } from '../../storage/contract.ts';
import { MemoryObjectStore } from '../../storage/memory-store.ts';
import type { FrozenTable } from '../state/contract.ts';
import type { Manifest } from './manifest.ts';
import { decodeManifest } from './manifest-codec.ts';
import { RestoreError } from './restore-error.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import { readManifest, visitState } from './snapshot-reader.ts';
import { storeManifest, writeParts } from './snapshot-writer.ts';
import type { SubtaskSnapshot } from './subtask-snapshot.ts';

function frozen(name: string, groups: Record<number, string>): FrozenTable {
  return {
    name,
    formatVersion: 1,
    layout: { name },
    groups: Object.keys(groups).map(Number),
    serialize: (group) => ({ bytes: Buffer.from(groups[group] as string), records: 1 }),
    release: () => {},
  };
}

function subtask(index: number, tables: readonly FrozenTable[]): SubtaskSnapshot {
  const operator = { uid: 'op', subtask: index, tables, values: {}, watermarkMs: null, positions: null, committables: null };
  return { checkpointId: 1, task: 0, subtask: index, operators: [operator], recordsIn: 0, recordsOut: 0, release: () => {} };
}

/** A stored snapshot of two subtasks with two tables. */
async function stored(): Promise<{ readonly folder: SnapshotFolder; readonly store: MemoryObjectStore }> {
  const store = new MemoryObjectStore();
  const folder: SnapshotFolder = { store, bucket: 'bucket', prefix: 'job/chk-1/', uri: 'obs://bucket/job/chk-1' };
  const snapshots = [
    subtask(0, [frozen('a', { 0: 'zero', 3: 'three' }), frozen('b', { 1: 'one' })]),
    subtask(1, [frozen('a', { 64: 'sixty-four' })]),
  ];
  const tables = await writeParts(snapshots, { folder, attempt: 'run', scheduler: systemScheduler, signal: new AbortController().signal });
  const manifest = { ...EMPTY, tables } as Manifest;
  expect(await storeManifest(folder, manifest)).toEqual({ kind: 'stored' });
  return { folder, store };
}

const EMPTY: Omit<Manifest, 'tables'> = {
  version: 1,
  kind: 'checkpoint',
  trigger: 'periodic',
  jobId: 'j',
  jobName: 'j',
  checkpointId: 1,
  generation: 1,
  attempt: 'run',
  createdMs: 0,
  durationMs: 0,
  engine: 'embedded',
  engineVersion: '0',
  parallelism: 2,
  keyGroups: 128,
  hashVersion: 1,
  sqlSha256: '',
  sql: '',
  plan: { version: 1, keyGroups: 128, settings: {}, warnings: [], nodes: [] },
  sources: [],
  sinks: [],
  watermarks: {},
  operatorValues: [],
  totalBytes: 0,
  recordsIn: 0,
  recordsOut: 0,
};

async function readAll(folder: SnapshotFolder): Promise<string[]> {
  const manifest = await readManifest(folder);
  const seen: string[] = [];
  await visitState(folder, manifest, ({ table, group, bytes }) => seen.push(`${table}/${group}=${Buffer.from(bytes).toString()}`));
  return seen.sort();
}

test('what was written is read back, group by group', async () => {
  const { folder } = await stored();
  expect(await readAll(folder)).toEqual(['a/0=zero', 'a/3=three', 'a/64=sixty-four', 'b/1=one']);
});

test('each object of a snapshot that is cut, changed, swapped or missing is noticed and named', async () => {
  const { store } = await stored();
  const keys = (await store.list('bucket', '')).objects.map(({ key }) => key);
  expect(keys.length).toBe(3);
  for (const key of keys) {
    const bytes = await store.get({ bucket: 'bucket', key });
    const other = await store.get({ bucket: 'bucket', key: keys.find((candidate) => candidate !== key) as string });
    const damages: (Uint8Array | null)[] = [null, other, new Uint8Array(0), ...flips(bytes), bytes.subarray(0, bytes.length - 1)];
    for (const damage of damages) {
      const { folder, store: damaged } = await stored();
      if (damage) await damaged.put({ bucket: 'bucket', key }, damage);
      else await damaged.delete({ bucket: 'bucket', key });
      const error = await readAll(folder).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(RestoreError);
      expect(error).toMatchObject({ code: 'restore-broken', part: key.split('/').at(-1) });
    }
  }
});

function flips(bytes: Uint8Array): Uint8Array[] {
  const step = Math.max(1, Math.floor(bytes.length / 40));
  const flipped: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] as number) ^ 1;
    flipped.push(copy);
  }
  return flipped;
}

test('a manifest that is there already is not overwritten', async () => {
  const { folder, store } = await stored();
  const manifest = await readManifest(folder);
  expect(await storeManifest(folder, { ...manifest, attempt: 'other' })).toEqual({ kind: 'taken' });
  const decoded = decodeManifest(await store.get({ bucket: 'bucket', key: 'job/chk-1/_metadata' }));
  expect(decoded.kind === 'manifest' && decoded.manifest.attempt).toBe('run');
});

test('a store that keeps other bytes than it was given is noticed before the manifest is written', async () => {
  class FramingStore extends MemoryObjectStore {
    override put(ref: ObjectRef, body: Uint8Array): Promise<void> {
      return super.put(ref, Buffer.concat([Buffer.from('5\r\n'), body]));
    }
  }
  const folder: SnapshotFolder = { store: new FramingStore(), bucket: 'bucket', prefix: 'job/chk-1/', uri: 'obs://bucket/job/chk-1' };
  const written = writeParts([subtask(0, [frozen('a', { 0: 'zero' })])], {
    folder,
    attempt: 'r',
    scheduler: systemScheduler,
    signal: new AbortController().signal,
  });
  await expect(written).rejects.toMatchObject({ name: 'StoreError', code: 'corrupt' });
});
