/** Where partitions begin and end that no snapshot tells of. Rules: Flink's OffsetsInitializer and its implementations. */
import { ConnectorError } from '../contract.ts';
import { type KafkaPort, partitionKey, type TopicPartition } from './kafka-port.ts';
import type { BoundedMode, StartupMode } from './table-options.ts';

export type OffsetReset = 'earliest' | 'latest' | 'none';

export interface OffsetContext {
  readonly port: KafkaPort;
  readonly group: string;
  /** `properties.auto.offset.reset`. */
  readonly reset: OffsetReset;
}

/** Offset by partition, for all of them. Throws ConnectorError where the table does not say where to begin. */
export async function startingOffsets(
  context: OffsetContext,
  mode: StartupMode,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const { port, group } = context;
  switch (mode.kind) {
    case 'earliest-offset':
      return known(await port.listOffsets(partitions, { kind: 'earliest' }));
    case 'latest-offset':
      return known(await port.listOffsets(partitions, { kind: 'latest' }));
    case 'timestamp':
      return fromTimestamp(port, mode.ms, partitions);
    case 'group-offsets':
      return committedOr(context, partitions, context.reset);
    case 'specific-offsets': {
      const named = new Map<string, number>();
      const others: TopicPartition[] = [];
      for (const partition of partitions) {
        const offset = mode.offsets.get(partition.partition);
        if (offset === undefined) others.push(partition);
        else named.set(partitionKey(partition), offset);
      }
      const rest =
        others.length === 0 ? new Map<string, number>() : await committedOr({ port, group, reset: 'earliest' }, others, 'earliest');
      return new Map([...named, ...rest]);
    }
  }
}

/** Offset a bounded source stops before, by partition; a partition that is not in the answer has no end. */
export async function stoppingOffsets(
  context: OffsetContext,
  mode: BoundedMode,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const { port, group } = context;
  switch (mode.kind) {
    case 'unbounded':
      return new Map();
    case 'latest-offset':
      return known(await port.listOffsets(partitions, { kind: 'latest' }));
    case 'timestamp':
      return fromTimestamp(port, mode.ms, partitions);
    case 'group-offsets': {
      const committed = await port.committedOffsets(group, partitions);
      const missing = partitions.find((partition) => !committed.has(partitionKey(partition)));
      if (missing !== undefined) {
        throw new ConnectorError(
          `Group '${group}' has no committed offset for ${partitionKey(missing)}, at which 'scan.bounded.mode' = 'group-offsets' would stop.`,
          false,
        );
      }
      return committed;
    }
    case 'specific-offsets': {
      const missing = partitions.find((partition) => !mode.offsets.has(partition.partition));
      if (missing !== undefined) {
        throw new ConnectorError(`'scan.bounded.specific-offsets' does not say where partition ${partitionKey(missing)} stops.`, false);
      }
      return new Map(partitions.map((partition) => [partitionKey(partition), mode.offsets.get(partition.partition) as number]));
    }
  }
}

async function committedOr(
  { port, group }: OffsetContext,
  partitions: readonly TopicPartition[],
  reset: OffsetReset,
): Promise<ReadonlyMap<string, number>> {
  const committed = await port.committedOffsets(group, partitions);
  const missing = partitions.filter((partition) => !committed.has(partitionKey(partition)));
  if (missing.length === 0) return committed;
  if (reset === 'none') throw noCommittedOffset(group, missing);
  return new Map([...committed, ...known(await port.listOffsets(missing, { kind: reset }))]);
}

export function noCommittedOffset(group: string, missing: readonly TopicPartition[]): ConnectorError {
  const rest = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  return new ConnectorError(
    `Group '${group}' has no committed offset for ${partitionKey(missing[0])}${rest}; set 'properties.auto.offset.reset' to 'earliest' or 'latest', or another 'scan.startup.mode'.`,
    false,
  );
}

/** The first record as young as that; the end where all are older. */
async function fromTimestamp(port: KafkaPort, ms: number, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, number>> {
  const [found, ends] = await Promise.all([
    port.listOffsets(partitions, { kind: 'timestamp', ms }),
    port.listOffsets(partitions, { kind: 'latest' }),
  ]);
  return new Map(
    partitions.map((partition) => [
      partitionKey(partition),
      found.get(partitionKey(partition)) ?? (ends.get(partitionKey(partition)) as number),
    ]),
  );
}

function known(offsets: ReadonlyMap<string, number | null>): ReadonlyMap<string, number> {
  return new Map([...offsets].filter((entry): entry is [string, number] => entry[1] !== null));
}
