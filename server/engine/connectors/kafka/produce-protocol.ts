/** Produce, versions 3 to 8 (api key 0), with acks = all. The record batches are sealed before and are sent as they are. */
import type { ProduceBatch, ProduceResult } from './kafka-port.ts';
import { WireReader, WireWriter } from './wire.ts';

export const PRODUCE_KEY = 0;
export const PRODUCE_VERSIONS = [8, 7, 6, 5, 4, 3] as const;
const ACKS_ALL = -1;

export function encodeProduce(batches: readonly ProduceBatch[], timeoutMs: number): readonly Uint8Array[] {
  const byTopic = Map.groupBy(batches, (batch) => batch.topic);
  const parts: Uint8Array[] = [];
  let out = new WireWriter().text(null).int16(ACKS_ALL).int32(timeoutMs).int32(byTopic.size);
  for (const [topic, ofTopic] of byTopic) {
    out.text(topic).int32(ofTopic.length);
    for (const { partition, records } of ofTopic) {
      out.int32(partition).int32(records.length);
      parts.push(out.bytes, records);
      out = new WireWriter();
    }
  }
  return parts;
}

export function decodeProduce(version: number, frame: Buffer, at: number): readonly ProduceResult[] {
  const reader = new WireReader(frame, at);
  return reader
    .array(() => {
      const topic = reader.text() ?? '';
      return reader.array((): ProduceResult => {
        const partition = reader.int32();
        const code = reader.int16();
        reader.int64();
        reader.int64();
        if (version >= 5) reader.int64();
        if (version < 8) return { topic, partition, code, message: null };
        const records = reader.array(() => ({ index: reader.int32(), message: reader.text() }));
        const message = reader.text();
        return { topic, partition, code, message: records[0]?.message ?? message };
      });
    })
    .flat();
}
