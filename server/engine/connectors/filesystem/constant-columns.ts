/**
 * Columns that are the same for all rows of a file: metadata (`file.path`, …) and partition values from folder names. They are
 * filled once a file and shared by all of its batches.
 */

import { scanDate, scanTime, scanTimestampValue } from '../../formats/temporal-text.ts';
import { booleanFromText, decimalFromText, doubleFromText, integerFromText } from '../../formats/value-text.ts';
import { BATCH_ROWS_MAX, type Column } from '../../types/batch.ts';
import { BatchBuilder, createColumn } from '../../types/batch-builder.ts';
import { laneOf, type SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import { ConnectorError } from '../contract.ts';
import type { FileEntry } from './file-access.ts';
import { partitionValues } from './partition-path.ts';

export interface ConstantRead {
  readonly kind: 'metadata' | 'partition';
  readonly key: string;
  readonly type: SqlType;
}

export function constantColumn(read: ConstantRead, file: FileEntry, defaultPartition: string): Column {
  return filledColumn(read.kind === 'metadata' ? metadataValue(read, file) : partitionValue(read, file, defaultPartition), read.type);
}

function metadataValue(read: ConstantRead, file: FileEntry): Value {
  switch (read.key) {
    case 'file.path':
      return file.path;
    case 'file.name':
      return file.relative.slice(file.relative.lastIndexOf('/') + 1);
    case 'file.size':
      return BigInt(file.size);
    case 'file.modification-time':
      return BigInt(file.modifiedMs);
    default:
      throw new Error(`filesystem has no metadata '${read.key}'`);
  }
}

function partitionValue(read: ConstantRead, file: FileEntry, defaultPartition: string): Value {
  const text = partitionValues(file.relative, defaultPartition).get(read.key);
  if (text === undefined)
    throw new ConnectorError(`File ${file.path} is in no folder '${read.key}=…', but '${read.key}' is a partition column.`, false);
  return text === null ? null : valueFromText(text, read.type);
}

function valueFromText(text: string, type: SqlType): Value {
  const bytes = new TextEncoder().encode(text.replace('T', ' ').replace(/Z$/, ''));
  switch (type.kind) {
    case 'BOOLEAN':
      return booleanFromText(text);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return Number(integerFromText(text, type.kind));
    case 'BIGINT':
      return integerFromText(text, 'BIGINT');
    case 'FLOAT':
    case 'DOUBLE':
      return doubleFromText(text);
    case 'DECIMAL':
      return decimalFromText(text, type.precision, type.scale);
    case 'DATE':
      return scanDate(bytes, 0, bytes.length);
    case 'TIME':
      return scanTime(bytes, 0, bytes.length);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return scanTimestampValue(bytes, 0, bytes.length, false, false, type.precision);
    default:
      return text;
  }
}

/** A column that holds the value in every row. */
function filledColumn(value: Value, type: SqlType): Column {
  const column = createColumn(laneOf(type), BATCH_ROWS_MAX);
  if (value === null) {
    if (column.lane !== 'obj') column.nulls?.fill(1);
    return column;
  }
  if (column.lane === 'bytes') {
    const one = new BatchBuilder([{ name: 'c', type }], 1);
    one.setValue(0, value);
    one.endRow();
    const [from] = one.finish().columns;
    if (from?.lane === 'bytes') {
      column.data = from.data;
      column.lengths.fill(from.lengths[0] as number);
    }
  } else (column.values as { fill(value: unknown): unknown }).fill(typeof value === 'boolean' ? Number(value) : value);
  column.nulls = null;
  return column;
}
