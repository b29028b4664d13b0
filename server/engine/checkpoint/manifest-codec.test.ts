import { expect, test } from 'vitest';
import { ArrayValue, MapValue, RowValue } from '../types/value.ts';
import { MANIFEST_VERSION, type Manifest } from './manifest.ts';
import { decodeManifest, encodeManifest } from './manifest-codec.ts';
import { decodeJson, encodeJson } from './value-json.ts';

const MANIFEST: Manifest = {
  version: MANIFEST_VERSION,
  kind: 'savepoint',
  trigger: 'stop',
  jobId: 'a1',
  jobName: 'Bestellungen – 訂單',
  checkpointId: 7,
  generation: 3,
  attempt: 'run1',
  createdMs: 1_700_000_000_000,
  durationMs: 12,
  engine: 'embedded',
  engineVersion: '0.1.0',
  parallelism: 2,
  keyGroups: 128,
  hashVersion: 1,
  sqlSha256: '0'.repeat(64),
  sql: "INSERT INTO a SELECT 'x' FROM b",
  plan: { version: 1, keyGroups: 128, settings: {}, warnings: [], nodes: [] },
  sources: [{ operatorUid: 's', table: 'b', connector: 'kafka', splits: [{ split: 'b-0', position: { offset: '9007199254740993' } }] }],
  sinks: [
    { operatorUid: 'k', table: 'a', connector: 'kafka', committables: [{ kind: 'transaction', data: { producerId: '12', epoch: 3 } }] },
  ],
  watermarks: { s: '-5' },
  tables: [
    {
      operatorUid: 'g',
      table: 'accumulators',
      formatVersion: 1,
      layout: { fields: ['sum(x)'] },
      parts: [
        {
          part: { path: 'run1-t0-s0-0.part', size: 30, sha256: 'a'.repeat(64) },
          keyGroups: [{ group: 5, offset: 0, length: 30, records: 2 }],
        },
      ],
      records: 2,
    },
  ],
  operatorValues: [{ operatorUid: 's', subtask: 0, values: { current: 12 } }],
  totalBytes: 30,
  recordsIn: 10,
  recordsOut: 4,
};

test('a manifest is read back as it was written', () => {
  expect(decodeManifest(encodeManifest(MANIFEST))).toEqual({ kind: 'manifest', manifest: MANIFEST });
});

test('a manifest cut anywhere is refused, and so is one with anything behind it', () => {
  const bytes = encodeManifest(MANIFEST);
  for (let length = 0; length < bytes.length; length++)
    expect(decodeManifest(bytes.subarray(0, length)).kind, `${length} bytes`).toBe('broken');
  expect(decodeManifest(Buffer.concat([bytes, Buffer.from([0])])).kind).toBe('broken');
});

test('every changed byte is noticed', () => {
  const bytes = encodeManifest(MANIFEST);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] as number) ^ 0x20;
    expect(decodeManifest(changed).kind, `byte ${at}`).toBe('broken');
  }
});

test('a snapshot of Flink is recognised by its magic, with its version', () => {
  const bytes = Buffer.alloc(40);
  bytes.writeUInt32BE(0x4960672d, 0);
  bytes.writeInt32BE(6, 4);
  expect(decodeManifest(bytes)).toEqual({ kind: 'flink', version: 6 });
});

test.each([
  [
    'a part outside the snapshot',
    { tables: [{ ...MANIFEST.tables[0], parts: [{ part: { path: '../../x', size: 1, sha256: 'a'.repeat(64) }, keyGroups: [] }] }] },
  ],
  ['an unknown version', { version: 2 }],
  ['a missing field', { sources: undefined }],
])('%s is refused although the checksum is right', (_name, change) => {
  expect(decodeManifest(encodeManifest({ ...MANIFEST, ...change } as Manifest)).kind).toBe('broken');
});

test('values beyond JSON survive', () => {
  const value = {
    big: -(2n ** 63n),
    bytes: new Uint8Array([0, 255]),
    numbers: [Number.NaN, Number.POSITIVE_INFINITY, 0.1],
    row: new RowValue([1n, null, new ArrayValue(['x'])]),
    map: new MapValue([['k', 2n]]),
  };
  expect(decodeJson(encodeJson(value))).toEqual(value);
  expect(Object.is(decodeJson(encodeJson(-0)), -0)).toBe(true);
});
