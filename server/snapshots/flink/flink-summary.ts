/** A snapshot of Flink as the catalogue's rows hold it: kind, origin, size, and the positions of its sources. */
import type { Manifest } from '../../engine/checkpoint/manifest.ts';
import type { FlinkInspection } from './inspect-metadata.ts';

export type FlinkSummary = Pick<
  Manifest,
  'kind' | 'trigger' | 'createdMs' | 'durationMs' | 'totalBytes' | 'recordsIn' | 'recordsOut' | 'sources' | 'parallelism'
>;

export interface FlinkTimes {
  readonly createdMs: number;
  readonly durationMs: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
}

export function flinkSummary(content: FlinkInspection, times: FlinkTimes): FlinkSummary {
  return {
    kind: content.properties?.type ?? 'checkpoint',
    trigger: triggerOf(content),
    ...times,
    totalBytes: content.totalBytes,
    sources: sourcesOf(content),
    parallelism: content.parallelism ?? 1,
  };
}

function triggerOf({ properties }: FlinkInspection): Manifest['trigger'] {
  if (properties?.type !== 'savepoint') return 'periodic';
  if (properties.postAction === 'TERMINATE') return 'drain';
  return properties.postAction === 'SUSPEND' ? 'stop' : 'manual';
}

/** Kafka's, which alone tell positions that people understand. */
function sourcesOf(content: FlinkInspection): Manifest['sources'] {
  const byOperator = new Map<string, Manifest['sources'][number] & { splits: { split: string; position: Record<string, string> }[] }>();
  for (const { operatorId, operatorName, topic, partition, next } of content.kafkaPositions) {
    const uid = content.operators.find((one) => one.id === operatorId)?.uid ?? operatorId;
    const known = byOperator.get(operatorId) ?? {
      operatorUid: uid,
      table: operatorName?.replace(/^Source: /, '') ?? topic,
      connector: 'kafka',
      splits: [],
    };
    known.splits.push({ split: `${topic}-${partition}`, position: { offset: String(next) } });
    byOperator.set(operatorId, known);
  }
  return [...byOperator.values()];
}
