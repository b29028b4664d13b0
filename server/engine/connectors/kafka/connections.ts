/** Connections of `kafka` and `upsert-kafka` tables: readers, writers, and questions to the brokers. */
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import {
  ConnectorError,
  type OptionProblem,
  type RuntimeContext,
  type SinkWriter,
  type SourceReader,
  type SplitAvailability,
} from '../contract.ts';
import { clusterSettings } from './client-properties.ts';
import { KafkaCluster } from './cluster.ts';
import { createKafkaWriter } from './create-writer.ts';
import { connectorErrorOf } from './kafka-error.ts';
import { type KafkaPort, partitionKey } from './kafka-port.ts';
import { findTopics, KafkaReader } from './reader.ts';
import { RecordDecoder } from './record-decoder.ts';
import { noCommittedOffset } from './start-offsets.ts';
import { type KafkaTable, readKafkaTable } from './table-options.ts';

/** A preview tries again for so long: a leader may be changing, but what does not answer now shall be told now. */
const HURRIED_API_MS = 1500;

function openPort(table: KafkaTable, context: RuntimeContext, deadlineMs: number | null = null): KafkaPort {
  const settings = clusterSettings(table.options, `${context.jobPrefix}-${context.subtask}`);
  if (deadlineMs === null) return new KafkaCluster(settings, context.dialer);
  const within = (ms: number): number => Math.max(1, Math.min(ms, deadlineMs));
  const hurried = {
    ...settings,
    apiTimeoutMs: within(HURRIED_API_MS),
    requestTimeoutMs: within(settings.requestTimeoutMs),
    connectTimeoutMs: within(settings.connectTimeoutMs),
  };
  return new KafkaCluster(hurried, context.dialer);
}

export function createReader(plan: PlanTable, reads: readonly TableColumnRead[], context: RuntimeContext): SourceReader {
  const { table } = readKafkaTable(plan);
  const decoder = new RecordDecoder(plan, table, reads, { timeZone: context.timeZone });
  return new KafkaReader({ table, tableName: plan.name, port: openPort(table, context), decoder }, context);
}

export function createWriter(plan: PlanTable, schema: RowSchema, context: RuntimeContext): SinkWriter {
  const { table } = readKafkaTable(plan);
  return createKafkaWriter(plan, table, schema, openPort(table, context), context);
}

export async function availability(plan: PlanTable, context: RuntimeContext, deadlineMs: number): Promise<readonly SplitAvailability[]> {
  const { table } = readKafkaTable(plan);
  return withinDeadline(table, context, deadlineMs, async (port) => {
    const topics = await findTopics(port, table);
    const partitions = topics.flatMap((topic) => topic.partitions);
    const earliest = await port.listOffsets(partitions, { kind: 'earliest' });
    const latest = await port.listOffsets(partitions, { kind: 'latest' });
    const retention = new Map<string, number | null>();
    for (const topic of topics) retention.set(topic.name, await retentionMs(port, topic.name));
    return partitions.map((partition) => {
      const name = partitionKey(partition);
      return {
        split: name,
        earliest: textOf(earliest.get(name)),
        latest: textOf(latest.get(name)),
        retentionMs: retention.get(partition.topic) ?? null,
      };
    });
  });
}

function textOf(offset: number | null | undefined): string | null {
  return offset == null ? null : String(offset);
}

/** null = unlimited, or not to be read by this user. */
async function retentionMs(port: KafkaPort, topic: string): Promise<number | null> {
  try {
    const settings = await port.topicSettings(topic);
    const ms = Number(settings.get('retention.ms') ?? -1);
    return settings.get('cleanup.policy') === 'compact' || ms < 0 ? null : ms;
  } catch {
    return null; // reading settings takes a right of its own, which many users lack
  }
}

export async function probe(
  plan: PlanTable,
  role: 'source' | 'sink',
  context: RuntimeContext,
  deadlineMs: number,
): Promise<OptionProblem | null> {
  const { table } = readKafkaTable(plan);
  try {
    await withinDeadline(table, context, deadlineMs, async (port) => {
      const topics = await findTopics(port, table);
      if (role === 'source')
        await probeGroup(
          plan,
          table,
          port,
          topics.flatMap((topic) => topic.partitions),
        );
    });
    return null;
  } catch (error) {
    return { option: null, message: (error as Error).message, isUnreachable: connectorErrorOf(error).isRetryable };
  }
}

async function probeGroup(
  plan: PlanTable,
  table: KafkaTable,
  port: KafkaPort,
  partitions: readonly { topic: string; partition: number }[],
): Promise<void> {
  const { options, startup } = table;
  if (startup.kind !== 'group-offsets' || options.text('properties.auto.offset.reset', 'none') !== 'none') return;
  const group = options.text('properties.group.id', `KafkaSource-${plan.name}`);
  const committed = await port.committedOffsets(group, partitions);
  const missing = partitions.filter((partition) => !committed.has(partitionKey(partition)));
  if (missing.length > 0) throw noCommittedOffset(group, missing);
}

async function withinDeadline<T>(
  table: KafkaTable,
  context: RuntimeContext,
  deadlineMs: number,
  ask: (port: KafkaPort) => Promise<T>,
): Promise<T> {
  const port = openPort(table, context, deadlineMs);
  const servers = table.options.text('properties.bootstrap.servers', '');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectorError(`Kafka at ${servers} did not answer within ${deadlineMs} ms.`, true)), deadlineMs);
  });
  try {
    return await Promise.race([ask(port), late]);
  } catch (error) {
    throw connectorErrorOf(error);
  } finally {
    clearTimeout(timer);
    await port.close();
  }
}
