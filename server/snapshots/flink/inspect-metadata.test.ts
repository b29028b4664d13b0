import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FlinkInspection, inspectFlinkMetadata } from './inspect-metadata.ts';
import { flinkReads, type LoaderSays, takenCuts, weRead } from './loader-says.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const NAMES = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.bin'))
  .map((name) => name.slice(0, -4));

interface FlinkSays {
  readonly rest: {
    readonly id: number;
    readonly isSavepoint: boolean;
    readonly savepointFormat: string | null;
    readonly type: string;
    readonly stateSize: number;
    readonly persistedData: number;
  };
  readonly files: readonly (readonly [string, number])[];
  readonly vertices: readonly { readonly id: string; readonly parallelism: number; readonly maxParallelism: number }[];
  readonly kafkaEnds?: readonly (readonly [number, number])[];
  readonly loader: LoaderSays;
}
const SAYS = JSON.parse(readFileSync(join(FIXTURES, 'flink-says.json'), 'utf8')) as Record<string, FlinkSays>;
const says = (name: string) => SAYS[name] as FlinkSays;
const bytesOf = (name: string) => readFileSync(join(FIXTURES, `${name}.bin`));

function inspected(name: string): FlinkInspection {
  const found = inspectFlinkMetadata(bytesOf(name));
  if (found.kind === 'problem') throw new Error(`${name}: ${found.reason} at ${found.offset}`);
  return found;
}

describe.each(NAMES)('metadata of %s', (name) => {
  it("holds the operators that Flink's own loader reads, with their sizes", () => {
    expect(weRead(bytesOf(name))).toEqual(flinkReads(says(name).loader));
  });

  it('says what REST said of it', () => {
    const { rest, vertices } = says(name);
    const found = inspected(name);
    const coordinators = found.operators.reduce((sum, one) => sum + (one.coordinatorBytes ?? 0), 0);
    expect({ id: found.checkpointId, bytes: found.totalBytes - coordinators }).toEqual({ id: rest.id, bytes: rest.stateSize });
    expect(found.properties).toMatchObject({
      type: rest.isSavepoint ? 'savepoint' : 'checkpoint',
      format: rest.savepointFormat,
      postAction: rest.isSavepoint ? (name === 'kafka-drained' ? 'TERMINATE' : 'NONE') : null,
    });
    for (const { id, parallelism, maxParallelism } of vertices)
      expect(found.operators).toContainEqual(expect.objectContaining({ id, parallelism, maxParallelism }));
    expect(found.hasInFlightRecords).toBe(rest.type === 'UNALIGNED_CHECKPOINT');
  });

  it('names the files that lie beside it, with their sizes', () => {
    const found = inspected(name);
    const beside = found.files.map((file) => [file.path.split('/').at(-1), file.sizeBytes] as const);
    for (const [file, size] of says(name).files) expect(beside).toContainEqual([file, size]);
    const relative = found.files.filter((file) => file.isRelative).map((file) => [file.path, file.sizeBytes]);
    for (const file of relative) expect(says(name).files).toContainEqual(file);
    expect(found.isSelfContained).toBe(
      !['rocksdb-first', 'rocksdb-incremental', 'merged-checkpoint', 'unaligned-checkpoint'].includes(name),
    );
  });

  it('is refused when cut at any byte', () => {
    const bytes = bytesOf(name);
    expect(takenCuts(bytes)).toEqual([]);
    expect(inspectFlinkMetadata(Buffer.concat([bytes, Buffer.alloc(1)]))).toMatchObject({ kind: 'problem', offset: bytes.length });
  });

  it('never brings the reader down, whatever byte is changed', () => {
    const bytes = Buffer.from(bytesOf(name));
    let refused = 0;
    // The large ones repeat the same records: there every seventh byte, and the whole of the properties at the end.
    for (let at = 0; at < bytes.length; at += bytes.length > 30_000 && at < bytes.length - 1000 ? 7 : 1) {
      const held = bytes[at] as number;
      for (const other of [held ^ 0xff, held ^ 0x01]) {
        bytes[at] = other;
        if (inspectFlinkMetadata(bytes).kind === 'problem') refused++;
      }
      bytes[at] = held;
    }
    expect(refused).toBeGreaterThan(600);
  });
});

/** Writes what Java's DataOutput would. */
class Writer {
  readonly #parts: Buffer[] = [];
  i8(...values: number[]): this {
    return this.raw(Uint8Array.from(values));
  }
  i32(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(4);
      part.writeInt32BE(value);
      this.#parts.push(part);
    }
    return this;
  }
  i64(...values: number[]): this {
    for (const value of values) {
      const part = Buffer.alloc(8);
      part.writeBigInt64BE(BigInt(value));
      this.#parts.push(part);
    }
    return this;
  }
  utf(text: string): this {
    const part = Buffer.from(text, 'utf8');
    return this.i8(part.length >> 8, part.length & 0xff).raw(part);
  }
  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** The records that older versions write: a master state, a finished operator and subtask, handles of types 2 to 6, channels without a type. */
function olderMetadata(version: 3 | 4): Buffer {
  const id = (last: number) => Uint8Array.from({ length: 16 }, (_, at) => (at === 15 ? last : 0));
  const master = new Writer().i32(1).utf('hook').i32(2).i8(7, 7).bytes;
  const out = new Writer().i32(0x4960672d, version).i64(42);
  out
    .i32(1, 0xc96b1696 | 0, master.length)
    .raw(master)
    .i32(2);
  out.raw(id(1)).i32(2, 128).i8(1).utf('coordinator').i32(3).i8(1, 2, 3).i32(2);
  out.i32(-2); // subtask 1 is finished
  out.i32(0, 1).i8(4).i32(1).utf('buffer').i8(2).i32(1).i64(5).i8(6).utf('op-1').i64(100);
  out.i32(0).i8(5).i64(9).utf('backend').i32(0, 64).i8(2).i64(30).utf('s3://b/meta');
  out.i32(1).utf('000012.sst').i8(2).i64(1000).utf('s3://b/shared/x');
  out.i32(1).utf('CURRENT').i8(0);
  out.i8(3).i32(0, 1).i64(0).i8(1).utf('timers').i32(4).i8(0, 0, 0, 0);
  out.i32(1, 0, 0, 1, 1).i64(0, 77).i8(6).utf('channel').i64(77);
  out.i32(0);
  out.raw(id(2)).i32(1, 1).i8(0).i32(-1);
  const newest = bytesOf('heap-canonical');
  return version === 3 ? out.bytes : out.raw(newest.subarray(newest.lastIndexOf(Buffer.from('aced0005', 'hex')))).bytes;
}

describe('versions of the format', () => {
  it.each([3, 4] as const)('reads version %s', (version) => {
    const found = inspectFlinkMetadata(olderMetadata(version)) as FlinkInspection;
    expect(found).toMatchObject({
      kind: 'flink',
      version,
      checkpointId: 42,
      oldestFlink: version === 3 ? '1.11' : '1.16',
      masterStates: [{ name: 'hook', version: 1, sizeBytes: 2 }],
      isSelfContained: false,
      hasInFlightRecords: true,
      totalBytes: 3 + 100 + 30 + 1000 + 4 + 77,
    });
    expect(found.properties?.type ?? null).toBe(version === 3 ? null : 'savepoint');
    expect(found.operators).toMatchObject([
      {
        id: '00000000000000000000000000000001',
        name: null,
        isStateful: true,
        coordinatorBytes: 3,
        bytes: { managedOperator: 100, rawOperator: 0, managedKeyed: 1030, rawKeyed: 4, inFlight: 77 },
        subtasks: [
          { index: 0, isFinished: false },
          { index: 1, isFinished: true },
        ],
        states: [{ name: 'buffer', mode: 'BROADCAST', elements: 1 }],
      },
      { isFinished: true, isStateful: false },
    ]);
    expect(found.files.map((file) => [file.path, file.sizeBytes])).toEqual([
      ['channel', 77],
      ['op-1', 100],
      ['s3://b/meta', 30],
      ['s3://b/shared/x', 1000],
    ]);
    const bytes = olderMetadata(version);
    for (let length = 0; length < bytes.length; length++)
      expect(inspectFlinkMetadata(bytes.subarray(0, length))).toMatchObject({ kind: 'problem' });
  });

  it('reads version 5 as version 6 where no channel is held, and no other version', () => {
    const bytes = Buffer.from(bytesOf('kafka-canonical'));
    const { operators } = inspected('kafka-canonical');
    bytes.writeInt32BE(5, 4);
    expect(inspectFlinkMetadata(bytes)).toMatchObject({ kind: 'flink', version: 5, oldestFlink: '2.0', operators });
    for (const version of [-1, 0, 1, 2, 7, 8]) {
      bytes.writeInt32BE(version, 4);
      expect(inspectFlinkMetadata(bytes)).toMatchObject({ kind: 'problem', offset: 4 });
    }
  });

  it('refuses counts and lengths that the file cannot hold without reserving them, and nesting without end', () => {
    const head = new Writer().i32(0x4960672d, 6).i64(1).i32(0);
    expect(inspectFlinkMetadata(new Writer().raw(head.bytes).i32(0x7fffffff).bytes)).toMatchObject({ kind: 'problem', offset: 20 });
    const operator = new Writer().raw(head.bytes).i32(1).utf('n').utf('u').raw(new Uint8Array(16)).i32(1, 128).i8(0).i32(1, 0, 0, 0);
    for (let deep = 0; deep < 1000; deep++) operator.i8(8).i32(0, 1).i64(0).i32(1);
    expect(inspectFlinkMetadata(operator.i8(...new Array(100).fill(0)).bytes)).toMatchObject({
      kind: 'problem',
      reason: expect.stringContaining('nested'),
    });
  });
});

describe('Kafka in the metadata of Flink', () => {
  it.each(['kafka-checkpoint', 'kafka-canonical', 'kafka-drained'])('%s holds the offsets that the broker ends at', (name) => {
    const found = inspected(name);
    const positions = found.kafkaPositions.map((one) => [one.partition, Number(one.next)]).sort();
    expect(positions).toEqual(says(name).kafkaEnds);
    expect(found.kafkaPositions.map((one) => [one.topic, one.stop])).toEqual(Array.from({ length: 3 }, () => ['orders', null]));
    expect(found.unread).toEqual([]);
  });

  it('tells the transactions that wait for their commit', () => {
    const waiting = (name: string) => inspected(name).pendingCommits.map((one) => [one.checkpointId, one.kafka?.transactionalId]);
    expect(waiting('kafka-checkpoint')).toEqual([
      [3, 'paid-tx-0-3'],
      [3, 'paid-tx-1-3'],
    ]);
    expect(waiting('kafka-canonical')).toEqual([]);
  });
});
