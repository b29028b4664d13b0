/** The copy that keeps a pinned checkpoint from Flink's own deletion: whole, movable, and never half. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../storage/memory-store.ts';
import { folderAt } from '../snapshot-place.ts';
import { placeOfFlinkFile } from './describe-flink.ts';
import { type FlinkInspection, inspectFlinkMetadata } from './inspect-metadata.ts';
import { COPIED_MOST, copyForPin, isPinnedCopy, pinnedName } from './pin-copy.ts';
import { readFlinkMetadata, streamsOf } from './read-metadata.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.bin`, import.meta.url));
const FROM = 'obs://flink/jobs/checkpoint/7_abcd/0123456789abcdef/chk-5';
const TO = `obs://flink/jobs/savepoint/7/${pinnedName('0123456789abcdef', 5n)}`;

describe('a copy of a pinned checkpoint', () => {
  let store: MemoryObjectStore;
  /** Where its files are said to lie becomes a bucket of the store. */
  const spec = (content: FlinkInspection) => {
    const outside = content.files.find((file) => !file.isRelative)?.path ?? 'file:/x/y';
    return { kind: 'local', root: `/${outside.replace(/^file:\/+/, '').split('/')[0]}` } as const;
  };

  beforeEach(async () => {
    store = new MemoryObjectStore();
  });

  async function place(name: string, spare: (index: number, size: number) => number | null = (_, size) => size): Promise<FlinkInspection> {
    const content = inspectFlinkMetadata(fixture(name));
    if (content.kind === 'problem') throw new Error(content.reason);
    const from = folderAt(store, FROM);
    await store.ensureBucket('flink');
    await store.put({ bucket: 'flink', key: `${from.prefix}_metadata` }, fixture(name));
    const root = `${spec(content).root}/`;
    for (const [index, file] of content.files.entries()) {
      const bare = file.path.replace(/^file:\/+/, '/').slice(root.length);
      const [bucket, ...key] = bare.split('/') as [string, ...string[]];
      const ref = placeOfFlinkFile(from, file) ?? { bucket, key: key.join('/') };
      await store.ensureBucket(ref.bucket);
      const size = spare(index, file.sizeBytes);
      if (size !== null) await store.put(ref, Buffer.alloc(size, index + 1));
    }
    return content;
  }
  const copied = async () => {
    const { objects } = await store.list('flink', folderAt(store, TO).prefix);
    return objects.map(({ key, size }) => ({ name: key.split('/').at(-1) as string, size }));
  };

  it.each(['rocksdb-incremental', 'heap-checkpoint', 'changelog-checkpoint', 'unaligned-checkpoint'])(
    '%s needs nothing outside of its own folder',
    async (name) => {
      const content = await place(name);
      expect(await copyForPin(spec(content), folderAt(store, FROM), folderAt(store, TO))).toEqual({ kind: 'copied' });
      const copy = inspectFlinkMetadata(await store.get({ bucket: 'flink', key: `${folderAt(store, TO).prefix}_metadata` }));
      if (copy.kind === 'problem') throw new Error(copy.reason);
      const told = ({ files: _files, isSelfContained: _own, ...rest }: FlinkInspection) => rest;
      expect(told(copy)).toEqual(told(content));
      expect(copy.isSelfContained).toBe(true);
      expect(copy.files.map((file) => file.sizeBytes).sort()).toEqual(content.files.map((file) => file.sizeBytes).sort());
      const there = (await copied()).filter((one) => one.name !== '_metadata');
      expect(there).toEqual(copy.files.map((file) => ({ name: file.path, size: file.sizeBytes })));
      const original = await store.get({ bucket: 'flink', key: `${folderAt(store, FROM).prefix}_metadata` });
      expect(Buffer.compare(original, fixture(name))).toBe(0);
    },
  );

  it('is none when Flink deletes a file meanwhile or has cut it, and leaves nothing', async () => {
    const last = (inspectFlinkMetadata(fixture('rocksdb-incremental')) as FlinkInspection).files.length - 1;
    for (const wrong of [null, 1]) {
      store = new MemoryObjectStore();
      const content = await place('rocksdb-incremental', (index, size) => (index === last ? wrong : size));
      const copy = await copyForPin(spec(content), folderAt(store, FROM), folderAt(store, TO));
      expect(copy).toMatchObject({ kind: 'refused', why: { code: 'said.no.pinGone' } });
      expect(await copied()).toEqual([]);
    }
    await store.ensureBucket('flink');
    const absent = folderAt(store, FROM.replace('chk-5', 'chk-6'));
    expect(await copyForPin({ kind: 'local', root: '/x' }, absent, folderAt(store, TO))).toMatchObject({
      why: { code: 'said.no.pinGone' },
    });
  });

  it('is refused with what to do instead: files that checkpoints share parts of, files elsewhere, too much', async () => {
    const merged = await place('merged-checkpoint');
    const from = folderAt(store, FROM);
    expect(await copyForPin(spec(merged), from, folderAt(store, TO))).toMatchObject({ why: { code: 'said.no.pinMerged' } });
    const content = await place('rocksdb-incremental');
    const elsewhere = await copyForPin({ kind: 'local', root: '/nowhere' }, from, folderAt(store, TO));
    expect(elsewhere).toMatchObject({ kind: 'refused', why: { code: 'said.no.pinElsewhere' } });
    const large = Buffer.from(fixture('rocksdb-incremental'));
    const file = streamsOf(readFlinkMetadata(large)).find((one) => one.kind === 'file');
    large.writeBigInt64BE(BigInt(COPIED_MOST + 1), (file?.at as number) + 1);
    await store.put({ bucket: 'flink', key: `${from.prefix}_metadata` }, large);
    expect(await copyForPin(spec(content), from, folderAt(store, TO))).toMatchObject({ why: { code: 'said.no.pinLarge' } });
    expect(await copied()).toEqual([]);
  });

  it('is told by its name', () => {
    expect([TO, FROM, 'obs://b/jobs/savepoint/7/savepoint-012345-0123456789ab'].map(isPinnedCopy)).toEqual([true, false, false]);
  });
});
