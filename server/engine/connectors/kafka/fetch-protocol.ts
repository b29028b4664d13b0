/**
 * Fetch, versions 4 to 11 (api key 1). The library's codec makes an object of every record; this one leaves the record batches
 * where they arrived, for record-batches.ts to read in place. Sessions are not used: every request names all it wants.
 */
import type { FetchedPartition, FetchPartition } from './kafka-port.ts';
import { WireReader, WireWriter } from './wire.ts';

export const FETCH_KEY = 1;
export const FETCH_VERSIONS = [11, 10, 9, 8, 7, 6, 5, 4] as const;

export interface FetchLimits {
  readonly waitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly partitionBytes: number;
  readonly isCommittedOnly: boolean;
}

export function encodeFetch(version: number, partitions: readonly FetchPartition[], limits: FetchLimits): Uint8Array {
  const out = new WireWriter().int32(-1).int32(limits.waitMs).int32(limits.minBytes).int32(limits.maxBytes);
  out.int8(limits.isCommittedOnly ? 1 : 0);
  if (version >= 7) out.int32(0).int32(-1);
  const byTopic = Map.groupBy(partitions, (partition) => partition.topic);
  out.int32(byTopic.size);
  for (const [topic, wanted] of byTopic) {
    out.text(topic).int32(wanted.length);
    for (const { partition, offset } of wanted) {
      out.int32(partition);
      if (version >= 9) out.int32(-1);
      out.int64(offset);
      if (version >= 5) out.int64(-1);
      out.int32(limits.partitionBytes);
    }
  }
  if (version >= 7) out.int32(0);
  if (version >= 11) out.text('');
  return out.bytes;
}

export function decodeFetch(version: number, frame: Buffer, at: number, isCommittedOnly: boolean): readonly FetchedPartition[] {
  const reader = new WireReader(frame, at);
  reader.int32(); // throttle time: the broker has waited itself
  if (version >= 7) {
    const code = reader.int16();
    reader.int32();
    if (code !== 0) return [{ topic: '', partition: -1, code, end: -1, start: -1, records: null }];
  }
  return reader
    .array(() => {
      const topic = reader.text() ?? '';
      return reader.array(() => decodePartition(version, topic, reader, isCommittedOnly));
    })
    .flat();
}

function decodePartition(version: number, topic: string, reader: WireReader, isCommittedOnly: boolean): FetchedPartition {
  const partition = reader.int32();
  const code = reader.int16();
  const highWatermark = reader.int64();
  const lastStable = reader.int64();
  const start = version >= 5 ? reader.int64() : -1;
  const aborted = reader.array(() => ({ producerId: reader.bigInt64(), firstOffset: reader.int64() }));
  if (version >= 11) reader.int32();
  const length = reader.int32();
  const from = reader.at;
  if (length > 0) reader.at += length;
  const records = length > 0 ? { data: reader.data, start: from, end: reader.at, aborted: isCommittedOnly ? aborted : null } : null;
  return { topic, partition, code, end: isCommittedOnly ? lastStable : highWatermark, start, records };
}
