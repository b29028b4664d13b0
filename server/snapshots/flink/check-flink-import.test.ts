import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { IMPORT_CHECKS, importPreviewSchema } from '../../contract/import.ts';
import { MemoryObjectStore } from '../../storage/memory-store.ts';
import { inspectSnapshot } from '../inspect-snapshot.ts';
import { folderAt } from '../snapshot-place.ts';
import { previewFlinkImport } from './check-flink-import.ts';
import { placeOfFlinkFile } from './describe-flink.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const SAYS = JSON.parse(readFileSync(join(FIXTURES, 'flink-says.json'), 'utf8')) as Record<
  string,
  {
    readonly files: readonly (readonly [string, number])[];
    readonly loader: { readonly operators: readonly { readonly stateSize: number }[] };
  }
>;

let store: MemoryObjectStore;
beforeEach(async () => {
  store = new MemoryObjectStore();
  await store.ensureBucket('tidemark');
});

const folderOf = (name: string) => folderAt(store, `obs://tidemark/flink/${name}`);

/** The folder as Flink left it; the files beside hold zeros, for only their length is looked at. */
async function put(name: string, metadata: Uint8Array = readFileSync(join(FIXTURES, `${name}.bin`))): Promise<void> {
  await store.put({ bucket: 'tidemark', key: `flink/${name}/_metadata` }, metadata);
  for (const [file, size] of SAYS[name]?.files ?? [])
    await store.put({ bucket: 'tidemark', key: `flink/${name}/${file}` }, new Uint8Array(size));
}

async function previewOf(name: string) {
  const inspected = await inspectSnapshot(folderOf(name));
  if (inspected.kind !== 'flink') throw new Error(`${name} is ${inspected.kind}`);
  const preview = importPreviewSchema.parse(await previewFlinkImport(folderOf(name), inspected));
  expect(preview.checks.map((check) => check.check)).toEqual([...IMPORT_CHECKS]);
  return { preview, results: preview.checks.map((check) => check.result), messages: preview.checks.map((check) => check.message) };
}

describe("Import Savepoint on Flink's snapshots", () => {
  it('names operators, sizes and files, and says that this engine cannot restore it', async () => {
    await put('rocksdb-canonical');
    const { preview, results } = await previewOf('rocksdb-canonical');
    const total = SAYS['rocksdb-canonical']?.loader.operators.reduce((sum, one) => sum + one.stateSize, 0);
    expect(results).toEqual(['pass', 'pass', 'not-run', 'fail', 'not-run', 'not-run']);
    expect(preview).toMatchObject({ engine: 'flink', kind: 'savepoint', canImport: 'no', sizeBytes: total, partCount: 2, parallelism: 2 });
    expect(preview.operators?.filter((one) => one.isStateful)).toMatchObject([
      { description: expect.stringContaining('GroupAggregate'), stateBytes: total },
    ]);
  });

  it('tells files that are missing, cut, or on a file system out of reach', async () => {
    await put('rocksdb-native');
    const [first, second] = SAYS['rocksdb-native']?.files ?? [];
    expect((await previewOf('rocksdb-native')).results[1]).toBe('pass');
    await store.put({ bucket: 'tidemark', key: `flink/rocksdb-native/${first?.[0]}` }, new Uint8Array((first?.[1] ?? 0) - 1));
    expect((await previewOf('rocksdb-native')).messages[1]).toContain(`wrong length: ${first?.[0]}`);
    await store.delete({ bucket: 'tidemark', key: `flink/rocksdb-native/${second?.[0]}` });
    expect((await previewOf('rocksdb-native')).messages[1]).toContain(`missing: ${second?.[0]}`);
    await put('rocksdb-incremental');
    const incremental = await previewOf('rocksdb-incremental');
    expect([incremental.results[1], incremental.messages[1]]).toEqual(['note', expect.stringContaining('does not reach, first file:')]);
  });

  it('shows where Kafka stands, and what a restore must mind', async () => {
    await put('kafka-checkpoint');
    const { preview, messages } = await previewOf('kafka-checkpoint');
    const positions = preview.positions.map((one) => [one.split, one.offset]).sort();
    expect(positions).toEqual([
      ['orders-0', 500],
      ['orders-1', 300],
      ['orders-2', 200],
    ]);
    expect(messages[0]).toContain('2 transactions wait for the commit, first paid-tx-0-3');
    await put('kafka-drained');
    expect((await previewOf('kafka-drained')).messages[0]).toContain('drained');
    await put('unaligned-checkpoint');
    expect((await previewOf('unaligned-checkpoint')).messages[0]).toContain('under way');
  });

  it('says which state does not tell where its source stands', async () => {
    const bytes = readFileSync(join(FIXTURES, 'kafka-canonical.bin'));
    const header = Buffer.concat([Uint8Array.of(0, 0, 0, 6, 0, 0, 1, 0, 17), Buffer.from('SourceReaderState')]);
    bytes[bytes.indexOf(header) + 4] = 1; // the flag of compression
    await put('kafka-canonical', bytes);
    const { preview, messages } = await previewOf('kafka-canonical');
    expect(messages[4]).toMatch(/^Not known: SourceReaderState of Source: KafkaSource\S*orders is compressed\.$/);
    expect(preview.positions).toEqual([]);
  });

  it('refuses damaged metadata with the place of the damage', async () => {
    await put('heap-canonical', readFileSync(join(FIXTURES, 'heap-canonical.bin')).subarray(0, 500));
    const { preview, results, messages } = await previewOf('heap-canonical');
    expect(results).toEqual(['fail', 'not-run', 'not-run', 'fail', 'not-run', 'not-run']);
    expect(messages[0]).toMatch(/damaged: .* \(byte \d+\)/);
    expect(preview).toMatchObject({ canImport: 'no', operators: [] });
    await put('heap-native', Uint8Array.of(0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 7, 0));
    expect((await previewOf('heap-native')).messages[0]).toContain('format 7');
  });

  it('finds files by the schemes of Flink, and none outside a bucket', () => {
    const place = (path: string, isRelative = false) =>
      placeOfFlinkFile(folderOf('chk-1'), { path, isRelative, sizeBytes: 1, isWhole: true });
    expect(place('abc', true)).toEqual({ bucket: 'tidemark', key: 'flink/chk-1/abc' });
    expect(place('s3p://other/jobs/shared/abc')).toEqual({ bucket: 'other', key: 'jobs/shared/abc' });
    for (const path of ['file:/data/abc', 'hdfs://node/abc', 's3://other/../abc']) expect(place(path)).toBeNull();
    expect(place('../../secret', true)).toBeNull();
  });
});
