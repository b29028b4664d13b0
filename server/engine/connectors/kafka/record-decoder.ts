/**
 * Records of one split to the rows of one batch: value columns by the value format, key columns by the key format, metadata of the
 * record beside them. Values are decoded where they were fetched.
 *
 * Rules (Flink's DynamicKafkaDeserializationSchema): with 'value.fields-include' = 'ALL' a key column's value is the one in the
 * value; a record without value gives no row, in upsert mode a DELETE with the key's columns; a table with key columns gives no row
 * for a record without key. A value may give several rows (change formats); all have the record's key and metadata.
 * The three builders do not advance in step: `keyRowOf` tells which key row belongs to a value row.
 */
import { BatchFullError, type Decoder, type FormatContext } from '../../formats/contract.ts';
import type { TableFormat } from '../../formats/table-format.ts';
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { BATCH_ROWS_MAX, type Batch, type Column, DELETE, UPDATE_AFTER } from '../../types/batch.ts';
import { BatchBuilder, createColumn } from '../../types/batch-builder.ts';
import { valueAt } from '../../types/row-access.ts';
import { laneOf, type RowField } from '../../types/sql-type.ts';
import { MapValue, type Value } from '../../types/value.ts';
import { KAFKA_METADATA } from './describe.ts';
import type { RecordCursor } from './record-batches.ts';
import type { KafkaSplit } from './split.ts';
import { type KafkaTable, keyFieldName, keySchemaOf, schemaOf } from './table-options.ts';

type Output = { readonly from: 'value' | 'key' | 'metadata'; readonly index: number };

export class RecordDecoder {
  readonly #isUpsert: boolean;
  readonly #hasKey: boolean;
  readonly #outputs: readonly Output[];
  readonly #value: BatchBuilder;
  readonly #valueDecoder: Decoder;
  readonly #key: BatchBuilder;
  /** null = no column comes from the key. */
  readonly #keyDecoder: Decoder | null;
  readonly #keyReads: readonly TableColumnRead[];
  /** In upsert mode with all columns in the value: value column of each key read, for tombstones. */
  readonly #keyInValue: readonly number[];
  readonly #metadata: BatchBuilder;
  readonly #metadataKeys: readonly string[];
  readonly #keyRowOf = new Int32Array(BATCH_ROWS_MAX);
  readonly #kinds = new Uint8Array(BATCH_ROWS_MAX);
  /** Records passed over for lack of a key. */
  keyless = 0;

  constructor(plan: PlanTable, table: KafkaTable, reads: readonly TableColumnRead[], context: FormatContext) {
    this.#isUpsert = table.isUpsert;
    this.#hasKey = table.key !== null && table.keyColumns.length > 0;
    const isKeyApart = this.#hasKey && table.valueColumns.length < plan.physical.length;
    const valueReads: TableColumnRead[] = [];
    const keyReads: TableColumnRead[] = [];
    const metadataReads: TableColumnRead[] = [];
    const keyInValue: number[] = [];
    this.#outputs = reads.map((read): Output => {
      if (read.metadata !== undefined && KAFKA_METADATA.some((entry) => entry.key === read.metadata)) {
        return { from: 'metadata', index: metadataReads.push(read) - 1 };
      }
      const isKeyColumn = read.metadata === undefined && this.#hasKey && table.keyColumns.includes(read.path[0]);
      const keyRead = { ...read, path: [keyFieldName(read.path[0], table.keyPrefix), ...read.path.slice(1)] };
      if (isKeyColumn && isKeyApart) return { from: 'key', index: keyReads.push(keyRead) - 1 };
      const index = valueReads.push(read) - 1;
      if (isKeyColumn && table.isUpsert) {
        keyReads.push(keyRead);
        keyInValue.push(index);
      }
      return { from: 'value', index };
    });
    const value = table.value as TableFormat;
    this.#value = new BatchBuilder(fieldsOf(valueReads));
    this.#valueDecoder = value.format.createDecoder(value.options, schemaOf(plan, table.valueColumns), valueReads, context);
    this.#key = new BatchBuilder(fieldsOf(keyReads));
    this.#keyDecoder =
      table.key === null || keyReads.length === 0
        ? null
        : table.key.format.createDecoder(table.key.options, keySchemaOf(plan, table), keyReads, context);
    this.#keyReads = keyReads;
    this.#keyInValue = keyInValue;
    this.#metadata = new BatchBuilder(fieldsOf(metadataReads));
    this.#metadataKeys = metadataReads.map((read) => read.metadata as string);
  }

  get rows(): number {
    return this.#value.rows;
  }

  reset(): void {
    this.#value.reset();
    this.#key.reset();
    this.#metadata.reset();
  }

  /** Adds the rows of the record the cursor stands on; BatchFullError when they do not fit any more (then nothing was added). */
  append(record: RecordCursor, split: KafkaSplit): void {
    if (this.#hasKey && record.keyStart < 0) {
      this.keyless++;
      return;
    }
    const before = this.#value.rows;
    if (record.valueStart < 0) {
      if (!this.#isUpsert || !this.#appendTombstone(record)) return;
    } else {
      const isKeyRead = this.#keyDecoder !== null && this.#keyInValue.length === 0;
      if (isKeyRead && !this.#appendKey(record)) return;
      this.#valueDecoder.decode(record.data, record.valueStart, record.valueEnd, this.#value);
      if (this.#isUpsert) this.#kinds.fill(UPDATE_AFTER, before, this.#value.rows);
    }
    const after = this.#value.rows;
    if (this.#keyDecoder !== null) this.#keyRowOf.fill(this.#key.rows - 1, before, after);
    if (this.#metadataKeys.length > 0) for (let row = before; row < after; row++) this.#appendMetadata(record, split);
  }

  finish(split: number): Batch {
    const batch = this.#value.finish(split);
    if (this.#isUpsert) batch.kinds = this.#kinds;
    if (batch.columns.length === this.#outputs.length && this.#metadataKeys.length === 0) return batch;
    const key = this.#key.finish();
    const metadata = this.#metadata.finish();
    const columns = this.#outputs.map(({ from, index }): Column => {
      if (from === 'value') return batch.columns[index];
      return from === 'metadata' ? metadata.columns[index] : this.#keyColumn(key.columns[index], index, batch.rows);
    });
    return { ...batch, columns };
  }

  /** False when the key was skipped (ignore-parse-errors). */
  #appendKey(record: RecordCursor): boolean {
    if (this.#key.isFull) {
      if (this.#value.rows > 0) throw new BatchFullError('The batch has no room for another key.');
      this.#key.reset();
    }
    const before = this.#key.rows;
    (this.#keyDecoder as Decoder).decode(record.data, record.keyStart, record.keyEnd, this.#key);
    return this.#key.rows > before;
  }

  #appendTombstone(record: RecordCursor): boolean {
    if (this.#value.isFull) throw new BatchFullError('The batch has no room for another row.');
    if (this.#keyDecoder !== null && !this.#appendKey(record)) return false;
    const row = this.#value.rows;
    for (let column = 0; column < this.#value.columns.length; column++) {
      const keyRead = this.#keyInValue.indexOf(column);
      if (keyRead < 0) this.#value.setNull(column);
      else this.#value.setValue(column, this.#keyValue(keyRead));
    }
    this.#kinds[row] = DELETE;
    this.#value.endRow(DELETE);
    return true;
  }

  /** Of the key row added last. */
  #keyValue(read: number): Value {
    const { columns } = this.#key.finish();
    return valueAt(columns[read], this.#key.rows - 1, this.#keyReads[read].type);
  }

  #keyColumn(column: Column, index: number, rows: number): Column {
    let isInStep = true;
    for (let row = 0; row < rows && isInStep; row++) isInStep = this.#keyRowOf[row] === row;
    return isInStep ? column : gathered(column, this.#keyRowOf, rows, this.#keyReads[index]);
  }

  #appendMetadata(record: RecordCursor, split: KafkaSplit): void {
    const into = this.#metadata;
    for (let column = 0; column < this.#metadataKeys.length; column++) {
      switch (this.#metadataKeys[column]) {
        case 'topic':
          into.setBytes(column, split.topicBytes, 0, split.topicBytes.length);
          break;
        case 'partition':
          into.setNumber(column, split.partition);
          break;
        case 'offset':
          into.setBigInt(column, BigInt(record.offset));
          break;
        case 'timestamp':
          into.setBigInt(column, BigInt(record.timestampMs));
          break;
        case 'timestamp-type':
          into.setText(column, record.timestampMs < 0 ? 'NoTimestampType' : record.timestampType);
          break;
        case 'leader-epoch':
          if (record.leaderEpoch < 0) into.setNull(column);
          else into.setNumber(column, record.leaderEpoch);
          break;
        case 'headers':
          into.setObject(column, headersOf(record));
          break;
      }
    }
    into.endRow();
  }
}

/** Later headers of the same name win, as in Flink's map. */
function headersOf(record: RecordCursor): MapValue {
  const headers = new Map<string, Value>();
  record.forEachHeader((key, value) => headers.set(key, value === null ? null : new Uint8Array(value)));
  return new MapValue([...headers]);
}

function fieldsOf(reads: readonly TableColumnRead[]): RowField[] {
  return reads.map((read, i) => ({ name: `c${i}`, type: read.type }));
}

/** Row i of the answer is row `rowOf[i]` of the column; texts share their bytes. */
function gathered(column: Column, rowOf: Int32Array, rows: number, read: TableColumnRead): Column {
  const copy = createColumn(laneOf(read.type), BATCH_ROWS_MAX);
  if (column.lane !== 'obj' && copy.lane !== 'obj') {
    if (column.nulls === null) copy.nulls = null;
    else for (let row = 0; row < rows; row++) (copy.nulls as Uint8Array)[row] = column.nulls[rowOf[row]];
  }
  if (column.lane === 'bytes' && copy.lane === 'bytes') {
    copy.data = column.data;
    for (let row = 0; row < rows; row++) {
      copy.offsets[row] = column.offsets[rowOf[row]];
      copy.lengths[row] = column.lengths[rowOf[row]];
    }
  } else if (column.lane !== 'bytes' && copy.lane !== 'bytes') {
    const [from, to] = [column.values as { [row: number]: unknown }, copy.values as { [row: number]: unknown }];
    for (let row = 0; row < rows; row++) to[row] = from[rowOf[row]];
  }
  return copy;
}
