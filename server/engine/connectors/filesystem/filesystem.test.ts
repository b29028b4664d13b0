import { mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ObjectStore, StoreError } from '../../../storage/contract.ts';
import { FaultyObjectStore, type StoreFault } from '../../../storage/faulty-store.ts';
import { LocalObjectStore } from '../../../storage/local-store.ts';
import { MemoryObjectStore } from '../../../storage/memory-store.ts';
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { forEachLiveRow, rowAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import type { Committable, RuntimeContext, SinkWriter, SourceReader, SplitPosition } from '../contract.ts';
import { filesystemConnector } from './connector.ts';

const INT: SqlType = { kind: 'INT', nullable: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const SCHEMA: RowSchema = [
  { name: 'id', type: INT },
  { name: 'kind', type: TEXT },
];

let root: string;
let store: ObjectStore;
let nowMs = 0;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidemark-files-'));
  store = new MemoryObjectStore();
  nowMs = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

function context(subtask = 0, parallelism = 1, over: Partial<RuntimeContext> = {}): RuntimeContext {
  return {
    subtask,
    parallelism,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    dialer: { connect: () => Promise.reject(new Error('no network')), resolve: () => Promise.reject(new Error('no network')) },
    store,
    timeZone: 'UTC',
    jobPrefix: 'tm-test',
    attempt: 'attempt-1',
    log: () => {},
    print: () => {},
    ...over,
  };
}

function table(path: string, options: Record<string, string> = {}, partitionKeys: string[] = []): PlanTable {
  const all = { connector: 'filesystem', path, format: 'json', ...options };
  return { name: 't', connector: 'filesystem', options: all, physical: SCHEMA, metadata: [], primaryKey: [], partitionKeys };
}

const READS: TableColumnRead[] = SCHEMA.map((field) => ({ path: [field.name], type: field.type }));

const reader = (of: PlanTable, reads = READS, ctx = context()) => filesystemConnector.createReader?.(of, reads, ctx) as SourceReader;
const writer = (of: PlanTable, ctx = context()) => filesystemConnector.createWriter?.(of, SCHEMA, ctx) as SinkWriter;

/** All rows until the end or an idle answer, at most `batches` batches. */
async function drain(source: SourceReader, reads = READS, rowsMax = 1000, batches = Number.POSITIVE_INFINITY): Promise<Value[][]> {
  const rows: Value[][] = [];
  for (let i = 0; i < batches; i++) {
    const result = await source.poll(rowsMax);
    if (result.kind !== 'batch') break;
    forEachLiveRow(result.batch, (row) => rows.push(rowAt(result.batch, row, reads)));
  }
  return rows;
}

function writeRows(sink: SinkWriter, rows: readonly (readonly [number | null, string | null])[]): void {
  const builder = new BatchBuilder(SCHEMA);
  for (const [id, kind] of rows) {
    builder.setValue(0, id);
    builder.setValue(1, kind);
    builder.endRow();
  }
  sink.write(builder.finish());
}

const lines = (ids: readonly number[]): string => ids.map((id) => `{"id":${id},"kind":"k${id}"}\n`).join('');
const ids = (rows: readonly Value[][]): Value[] => rows.map((row) => row[0] as Value);
const throughSnapshot = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('filesystem source', () => {
  it('reads files in order of their names, without hidden ones, with line ends of both kinds and none at the end', async () => {
    await mkdir(join(root, '_temporary'));
    await writeFile(join(root, '_temporary', 'x'), lines([91]));
    await writeFile(join(root, '.hidden'), lines([92]));
    await writeFile(join(root, 'b'), '{"id":3}\r\n{"id":4}');
    await writeFile(join(root, 'a'), lines([1, 2]));
    await writeFile(join(root, 'empty'), '');
    const source = reader(table(root));
    await source.open(null);
    expect(ids(await drain(source))).toEqual([1, 2, 3, 4]);
    expect(await source.poll(10)).toEqual({ kind: 'end' });
    await source.close();
  });

  it('goes on from any position, at any parallelism, without losing or repeating a row', async () => {
    for (const name of ['a', 'b', 'c']) await writeFile(join(root, name), lines(range(0, 50).map((i) => name.charCodeAt(0) * 100 + i)));
    const all = ['a', 'b', 'c'].flatMap((name) => range(0, 50).map((i) => name.charCodeAt(0) * 100 + i));
    for (const [before, after] of [
      [1, 1],
      [1, 2],
      [3, 2],
      [2, 4],
    ] as const) {
      for (const batches of [0, 1, 3, 20]) {
        const seen: Value[] = [];
        const positions: SplitPosition[] = [];
        for (let subtask = 0; subtask < before; subtask++) {
          const source = reader(table(root), READS, context(subtask, before));
          await source.open(null);
          seen.push(...ids(await drain(source, READS, 7, batches)));
          positions.push(...source.positions());
          await source.close();
        }
        await writeFile(join(root, 'z-late'), lines([1]));
        for (let subtask = 0; subtask < after; subtask++) {
          const source = reader(table(root), READS, context(subtask, after));
          await source.open(throughSnapshot(positions));
          seen.push(...ids(await drain(source)));
          await source.close();
        }
        await unlink(join(root, 'z-late'));
        expect(seen.toSorted()).toEqual(all.toSorted());
      }
    }
  });

  it('reads records that lie across chunks', async () => {
    const long = 'x'.repeat(700_000);
    await writeFile(
      join(root, 'big'),
      range(0, 20)
        .map((id) => `{"id":${id},"kind":"${long}${id}"}`)
        .join('\n'),
    );
    const source = reader(table(join(root, 'big')));
    await source.open(null);
    const rows = await drain(source);
    expect(ids(rows)).toEqual(range(0, 20));
    expect(rows.every((row, i) => row[1] === `${long}${i}`)).toBe(true);
    await source.close();
    const first = reader(table(join(root, 'big')));
    await first.open(null);
    const result = await first.poll(2048);
    expect(result.kind === 'batch' && result.batch.rows).toBe(12); // 8 MB end a batch: that is 12 such rows
    await first.close();
  });

  it('finds new files with a monitor interval, each once, also after a restore', async () => {
    await writeFile(join(root, 'a'), lines([1]));
    const monitored = table(root, { 'source.monitor-interval': '10 s' });
    const source = reader(monitored);
    await source.open(null);
    expect(ids(await drain(source))).toEqual([1]);
    await writeFile(join(root, 'b'), lines([2]));
    expect(await source.poll(10)).toEqual({ kind: 'idle', waitMs: 10_000 });
    nowMs += 10_000;
    expect(ids(await drain(source))).toEqual([2]);
    const positions = throughSnapshot(source.positions());
    await source.close();
    await writeFile(join(root, 'c'), lines([3]));
    const again = reader(monitored);
    await again.open(positions);
    expect(ids(await drain(again))).toEqual([3]);
    await again.close();
  });

  it('gives metadata of the file and partition values from folders', async () => {
    await mkdir(join(root, 'kind=a%2Fb'), { recursive: true });
    await mkdir(join(root, 'kind=__DEFAULT_PARTITION__'));
    await writeFile(join(root, 'kind=a%2Fb', 'f1'), '{"id":1}\n{"id":2}\n');
    await writeFile(join(root, 'kind=__DEFAULT_PARTITION__', 'f2'), '{"id":3}\n');
    const reads: TableColumnRead[] = [
      { path: ['name'], type: TEXT, metadata: 'file.name' },
      ...READS,
      { path: ['size'], type: { kind: 'BIGINT', nullable: false }, metadata: 'file.size' },
    ];
    const source = reader(table(root, {}, ['kind']), reads);
    await source.open(null);
    expect((await drain(source, reads)).toSorted()).toEqual([
      ['f1', 1, 'a/b', 18n],
      ['f1', 2, 'a/b', 18n],
      ['f2', 3, null, 9n],
    ]);
    await source.close();
  });

  it('names file, line and reason of a bad record, and a path that is not there', async () => {
    await writeFile(join(root, 'bad'), `${lines([1])}{"id":x}\n`);
    const source = reader(table(root));
    await source.open(null);
    await expect(drain(source)).rejects.toThrow(/File .*bad, line 2: Malformed JSON record: there is 'x' where a value should be/);
    await source.close();
    await expect(reader(table(join(root, 'missing'))).open(null)).rejects.toThrow(/missing does not exist/);
  });

  it('tells of a file that became shorter', async () => {
    await writeFile(join(root, 'a'), lines(range(0, 100)));
    const source = reader(table(root));
    await source.open(null);
    await source.poll(10);
    const positions = throughSnapshot(source.positions());
    await source.close();
    await truncate(join(root, 'a'), 20);
    const again = reader(table(root));
    await again.open(positions);
    await expect(again.poll(10)).rejects.toThrow(/became shorter/);
    await again.close();
  });

  it('touches no local file where the job may not', () => {
    expect(() => reader(table(root), READS, context(0, 1, { allowLocalFiles: false }))).toThrow(/name a bucket/);
    expect(() => writer(table(root), context(0, 1, { allowLocalFiles: false }))).toThrow(/name a bucket/);
  });
});

describe('filesystem sink: faults of the store', () => {
  const lost = (): StoreError => new StoreError('unreachable', 'The store did not answer.');
  const failing = (fault: StoreFault) => context(0, 1, { store: new FaultyObjectStore(store, fault) });
  const seen = async (): Promise<Value[]> => {
    const source = reader(table('obs://bucket/out'));
    await source.open(null);
    return ids(await drain(source));
  };

  it('commits once when the answer to a commit is lost and it is done again', async () => {
    let isDown = true;
    const sink = writer(
      table('obs://bucket/out'),
      failing((operation, _, moment) => (isDown && operation === 'completeMultipart' && moment === 'after' ? lost() : null)),
    );
    writeRows(sink, [
      [1, 'a'],
      [2, 'b'],
    ]);
    const committables = throughSnapshot(await sink.prepare(1));
    await expect(sink.commit(committables)).rejects.toMatchObject({ name: 'ConnectorError', isRetryable: true });
    isDown = false;
    await sink.commit(committables);
    expect(await seen()).toEqual([1, 2]);
  });

  it('fails prepare, and every call after it, when a part was not taken', async () => {
    let failures = 0;
    const sink = writer(
      table('obs://bucket/out'),
      failing((operation, _, moment) => (operation === 'putPart' && moment === 'before' && failures++ === 0 ? lost() : null)),
    );
    writeRows(sink, [[1, 'a']]);
    await expect(sink.prepare(1)).rejects.toThrow(/did not answer/);
    writeRows(sink, [[2, 'b']]);
    await expect(sink.prepare(2)).rejects.toThrow(/did not answer/);
    await expect(sink.ready()).rejects.toThrow(/did not answer/);
    await sink.close();
    await expect(seen()).rejects.toThrow(/There is no file below/);
  });
});

/** The sink's crash matrix runs over a local folder, a bucket in memory and a bucket that is a local folder. */
describe.each(['local', 'memory bucket', 'folder bucket'])('filesystem sink: %s', (kind) => {
  let path: string;
  beforeEach(() => {
    if (kind === 'folder bucket') store = new LocalObjectStore(join(root, 'objects'));
    path = kind === 'local' ? join(root, 'out') : 'obs://bucket/out';
  });

  /** Everything a reader of the table sees. */
  async function visible(partitionKeys: string[] = []): Promise<Value[]> {
    const source = reader(table(path, {}, partitionKeys));
    try {
      await source.open(null);
      return ids(await drain(source)).toSorted((a, b) => Number(a) - Number(b));
    } catch (error) {
      if (/does not exist|There is no file/.test((error as Error).message)) return [];
      throw error;
    } finally {
      await source.close();
    }
  }

  const prepared = async (rows: readonly number[], attempt = 'a1'): Promise<{ sink: SinkWriter; committables: readonly Committable[] }> => {
    const sink = writer(table(path), context(0, 1, { attempt }));
    await sink.open();
    writeRows(
      sink,
      rows.map((id) => [id, `k${id}`]),
    );
    return { sink, committables: throughSnapshot(await sink.prepare(1)) };
  };

  it('shows rows only after commit', async () => {
    const { sink, committables } = await prepared([1, 2]);
    expect(await visible()).toEqual([]);
    await sink.commit(committables);
    expect(await visible()).toEqual([1, 2]);
    writeRows(sink, [[3, 'x']]);
    const next = await sink.prepare(2);
    expect(await visible()).toEqual([1, 2]);
    await sink.commit(next);
    expect(await sink.prepare(3)).toEqual([]);
    await sink.close();
    expect(await visible()).toEqual([1, 2, 3]);
  });

  it('loses and doubles nothing when it dies between prepare and commit, in the middle of commit, or after it', async () => {
    for (const committedBefore of [false, true]) {
      const { sink, committables } = await prepared(committedBefore ? [11, 12] : [1, 2]);
      if (committedBefore) await sink.commit(committables);
      await sink.close(); // what prepare handed out outlives the attempt
      const restored = writer(table(path), context(0, 1, { attempt: 'a2' }));
      await restored.open();
      await restored.commit(committables);
      await restored.commit(committables);
      await restored.close();
    }
    expect(await visible()).toEqual([1, 2, 11, 12]);
  });

  it('commits the rest when it died after some of several parts', async () => {
    const sink = writer(table(path, { 'sink.rolling-policy.file-size': '1 kb' }), context());
    await sink.open();
    for (const id of range(0, 40)) {
      writeRows(sink, [[id, 'y'.repeat(300_000)]]);
    }
    const committables = throughSnapshot(await sink.prepare(1));
    expect(committables.length).toBeGreaterThan(5);
    await sink.commit(committables.slice(0, 3));
    await sink.close();
    const restored = writer(table(path), context(0, 1, { attempt: 'a2' }));
    await restored.commit(committables);
    expect(await visible()).toEqual(range(0, 40));
  });

  it('shows nothing of an aborted attempt, and its rows once when the job reads them again', async () => {
    const { sink } = await prepared([1, 2]);
    writeRows(sink, [[3, 'z']]);
    await sink.close(); // no snapshot was published: rows 1 to 3 are read again
    const second = await prepared([1, 2, 3], 'a2');
    await second.sink.commit(second.committables);
    expect(await visible()).toEqual([1, 2, 3]);
  });

  it('takes away at close only what no prepare has handed out', async () => {
    if (kind !== 'local') return;
    const { sink, committables } = await prepared([1, 2]);
    for (const id of range(0, 3)) writeRows(sink, [[id, 'y'.repeat(300_000)]]);
    expect(sink.ready()).toBeNull();
    await sink.close();
    expect(await readdir(path)).toHaveLength(1);
    await writer(table(path)).commit(committables);
    expect(await visible()).toEqual([1, 2]);
  });

  it('refuses to commit what it cannot prove', async () => {
    const { sink, committables } = await prepared([1, 2]);
    await sink.close();
    if (kind === 'local') for (const name of await readdir(path)) await unlink(join(path, name));
    else await store.abortMultipart((committables[0] as Committable).data.upload as never);
    const restored = writer(table(path), context(0, 1, { attempt: 'a2' }));
    await expect(restored.commit(committables)).rejects.toThrow(/not proven|is gone/);
    await expect(restored.commit([{ kind: 'other', data: {} }])).rejects.toThrow(/may not commit/);
  });

  it('writes partitions into folders and reads them back', async () => {
    const sink = writer(table(path, {}, ['kind']));
    await sink.open();
    const rows = [
      [1, 'a'],
      [2, 'b/../c'],
      [3, null],
      [4, 'a'],
      [5, '..'],
      [6, 'x=y'],
    ] as const;
    writeRows(sink, rows);
    await sink.commit(await sink.prepare(1));
    const source = reader(table(path, {}, ['kind']));
    await source.open(null);
    const back = await drain(source);
    await source.close();
    expect(back.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows.map((row) => [...row]));
    if (kind === 'local') {
      expect((await readdir(path)).toSorted()).toEqual([
        'kind=..',
        'kind=__DEFAULT_PARTITION__',
        'kind=a',
        'kind=b%2F..%2Fc',
        'kind=x%3Dy',
      ]);
      const [file] = await readdir(join(path, 'kind=a'));
      expect(await readFile(join(path, 'kind=a', file as string), 'utf8')).toBe('{"id":1}\n{"id":4}\n');
    }
  });
});
