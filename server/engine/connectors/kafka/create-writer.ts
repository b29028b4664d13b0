/** Puts a sink of a table together: which columns stand in key and value, which are metadata, and what is written when. */
import type { FormatContext } from '../../formats/contract.ts';
import type { TableFormat } from '../../formats/table-format.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { RowField, RowSchema } from '../../types/sql-type.ts';
import type { RuntimeContext, SinkWriter } from '../contract.ts';
import type { KafkaPort } from './kafka-port.ts';
import { Producer } from './producer.ts';
import type { Compression } from './record-batch-writer.ts';
import { RecordEncoder } from './record-encoder.ts';
import { type KafkaTable, keyFieldName } from './table-options.ts';
import { KafkaWriter } from './writer.ts';

const MIB = 1024 * 1024;
const BATCH_BYTES_DEFAULT = 512 * 1024;
const BUFFER_BYTES = 32 * MIB;

/** `schema`: physical and writable metadata columns, found by their names. */
export function createKafkaWriter(
  plan: PlanTable,
  table: KafkaTable,
  schema: RowSchema,
  port: KafkaPort,
  context: RuntimeContext,
): SinkWriter {
  const { options } = table;
  const indexOf = (name: string): number => schema.findIndex((field) => field.name === name);
  const fieldsOf = (names: readonly string[], prefix: string): RowField[] =>
    names.map((name) => ({ name: keyFieldName(name, prefix), type: (schema[indexOf(name)] as RowField).type }));
  const format: FormatContext = { timeZone: context.timeZone };
  const value = table.value as TableFormat;
  const hasKey = table.key !== null && table.keyColumns.length > 0;
  const metadataColumn = (key: string): number | null => {
    const column = plan.metadata.find((entry) => entry.key === key);
    return column === undefined ? null : indexOf(column.name);
  };
  const encoder = new RecordEncoder({
    isUpsert: table.isUpsert,
    value: {
      columns: table.valueColumns.map(indexOf),
      encoder: value.format.createEncoder(value.options, fieldsOf(table.valueColumns, ''), format),
    },
    key:
      table.key === null || !hasKey
        ? null
        : {
            columns: table.keyColumns.map(indexOf),
            encoder: table.key.format.createEncoder(table.key.options, fieldsOf(table.keyColumns, table.keyPrefix), format),
          },
    headers: metadataColumn('headers'),
    timestamp: metadataColumn('timestamp'),
    timestampType: schema[metadataColumn('timestamp') ?? -1]?.type ?? null,
  });
  const producer = new Producer(
    port,
    {
      topic: table.topics[0],
      compression: options.text('properties.compression.type', 'none') as Compression,
      batchBytes: options.number('properties.batch.size', BATCH_BYTES_DEFAULT),
      recordBytesMax: options.number('properties.max.request.size', MIB),
      bufferBytes: BUFFER_BYTES,
      deliveryTimeoutMs: options.number('properties.delivery.timeout.ms', 120_000),
      retryBackoffMs: options.number('properties.retry.backoff.ms', 100),
    },
    context,
  );
  return new KafkaWriter({ table, encoder, producer }, context);
}
