/** `filesystem`: files in a local folder or a bucket, as source and as sink. */
import { StoreError } from '../../../storage/contract.ts';
import { tableFormatOf } from '../../formats/table-format.ts';
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import type { RowField, RowSchema } from '../../types/sql-type.ts';
import {
  type Connector,
  ConnectorError,
  type OptionProblem,
  type RuntimeContext,
  type SinkWriter,
  type SourceReader,
} from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import type { ConstantRead } from './constant-columns.ts';
import { describeFilesystem, FILE_METADATA, FILESYSTEM_RULES, fileSchemaOf, localPathRefused } from './describe.ts';
import { openFiles } from './file-access.ts';
import { openParts } from './file-parts.ts';
import { type Location, parseLocation } from './location.ts';
import { DEFAULT_PARTITION } from './partition-path.ts';
import { FileReader } from './reader.ts';
import { FileWriter } from './writer.ts';

const PART_BYTES_DEFAULT = 128 * 1024 * 1024;

export const filesystemConnector: Connector = {
  name: 'filesystem',
  describe: describeFilesystem,
  createReader,
  createWriter,
  probe,
};

function optionsOf(table: PlanTable, context: RuntimeContext) {
  const { values } = checkTable(table, FILESYSTEM_RULES, fileSchemaOf(table));
  const location = parseLocation(values.text('path', ''));
  if (location.kind === 'invalid') throw new ConnectorError(location.message, false);
  assertAllowed(location, context);
  return { values, location, defaultPartition: values.text('partition.default-name', DEFAULT_PARTITION) };
}

function assertAllowed(location: Location, context: RuntimeContext): void {
  if (location.kind === 'local' && context.allowLocalFiles === false) {
    throw new ConnectorError(localPathRefused(location.path), false);
  }
}

function createReader(table: PlanTable, reads: readonly TableColumnRead[], context: RuntimeContext): SourceReader {
  const { values, location, defaultPartition } = optionsOf(table, context);
  const { format, options } = tableFormatOf(table);
  const decoded: TableColumnRead[] = [];
  const output = reads.map((read): number | ConstantRead => {
    const constant = constantOf(table, read);
    return constant ?? decoded.push(read) - 1;
  });
  const builder = new BatchBuilder(decoded.map((read, i): RowField => ({ name: `c${i}`, type: read.type })));
  const pattern = values.text('source.path.regex-pattern');
  return new FileReader(
    {
      files: openFiles(location, context.store),
      decoder: format.createDecoder(options, fileSchemaOf(table), decoded, { timeZone: context.timeZone }),
      builder,
      output,
      monitorIntervalMs: values.number('source.monitor-interval'),
      pathPattern: pattern === null ? null : new RegExp(`^(?:${pattern})$`, 'u'),
      defaultPartition,
    },
    context,
  );
}

/** What stands in no file: metadata of files, and partition columns. */
function constantOf(table: PlanTable, read: TableColumnRead): ConstantRead | null {
  if (read.metadata !== undefined) {
    return FILE_METADATA.some((entry) => entry.key === read.metadata) ? { kind: 'metadata', key: read.metadata, type: read.type } : null;
  }
  const name = read.path[0] as string;
  return table.partitionKeys.includes(name) ? { kind: 'partition', key: name, type: read.type } : null;
}

function createWriter(table: PlanTable, schema: RowSchema, context: RuntimeContext): SinkWriter {
  const { values, location, defaultPartition } = optionsOf(table, context);
  const { format, options } = tableFormatOf(table);
  const indexOf = (name: string): number => table.physical.findIndex((field) => field.name === name);
  const fileSchema = fileSchemaOf(table).map(
    (field): RowField => ({ name: field.name, type: schema[indexOf(field.name)]?.type ?? field.type }),
  );
  return new FileWriter(
    {
      parts: openParts(location, context.store),
      encoder: format.createEncoder(options, fileSchema, { timeZone: context.timeZone }),
      columns: fileSchema.map((field) => indexOf(field.name)),
      partitions: table.partitionKeys.map((name) => {
        const column = indexOf(name);
        return { name, column, type: (schema[column] as RowField).type };
      }),
      defaultPartition,
      partBytesMax: Math.max(1, values.number('sink.rolling-policy.file-size', PART_BYTES_DEFAULT)),
    },
    context,
  );
}

async function probe(table: PlanTable, role: 'source' | 'sink', context: RuntimeContext): Promise<OptionProblem | null> {
  try {
    const { location } = optionsOf(table, context);
    if (location.kind === 'bucket') await context.store.ensureBucket(location.bucket);
    if (role === 'source') await openFiles(location, context.store).list();
    return null;
  } catch (error) {
    return {
      option: 'path',
      message: (error as Error).message,
      isUnreachable: error instanceof StoreError && error.code === 'unreachable',
    };
  }
}
