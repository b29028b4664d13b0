/**
 * Readers of sample data in the place of a declared source. Rows given as JSON objects go through the json format (so that values are read as from
 * a topic); metadata columns are looked for by name, then by key. Without rows they are made up by column type. Both end, so windows close.
 */

import type { Clock } from '../../effects/clock.ts';
import type { Connector, PollResult, RuntimeContext, SourceReader } from '../connectors/contract.ts';
import { formatOf } from '../formats/registry.ts';
import type { PlanTable, TableColumnRead } from '../planner/physical-plan.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';

export type SampleRow = Readonly<Record<string, unknown>>;

const MADE_UP_ROWS = 500;
const MADE_UP_ROWS_PER_SECOND = 250;
/** Time of day that passes while all are made up. */
const SPAN_MS = 300_000;

/** A metadata column becomes a plain one, so that the sample may give it a value. */
function plainColumns(
  table: PlanTable,
  reads: readonly TableColumnRead[],
): { readonly physical: RowSchema; readonly reads: TableColumnRead[] } {
  const physical = [...table.physical];
  const plain = reads.map((read): TableColumnRead => {
    if (read.metadata === undefined) return read;
    const name = read.metadata;
    if (!physical.some((field) => field.name === name)) physical.push({ name, type: { ...read.type, nullable: true } });
    return { path: [name], type: read.type };
  });
  return { physical, reads: plain };
}

export function createGivenRowsReader(
  table: PlanTable,
  reads: readonly TableColumnRead[],
  rows: readonly SampleRow[],
  context: RuntimeContext,
): SourceReader {
  const format = formatOf('json');
  if (!format) throw new Error('the json format is not registered');
  const plain = plainColumns(table, reads);
  const names = new Map(table.metadata.map((column) => [column.name, column.key]));
  const decoder = format.createDecoder({ 'timestamp-format.standard': 'ISO-8601' }, plain.physical, plain.reads, {
    timeZone: context.timeZone,
  });
  const builder = new BatchBuilder(plain.reads.map((read, i) => ({ name: `c${i}`, type: read.type })));
  let next = context.subtask === 0 ? 0 : rows.length;
  return {
    async open() {},
    async poll(rowsMax): Promise<PollResult> {
      if (next >= rows.length) return { kind: 'end' };
      builder.reset();
      const end = Math.min(rows.length, next + Math.min(rowsMax, BATCH_ROWS_MAX));
      for (; next < end; next++) {
        const row = Object.fromEntries(
          Object.entries(rows[next] as SampleRow).map(([name, value]) => [names.get(name) ?? name, timeText(value)]),
        );
        const data = Buffer.from(JSON.stringify(row), 'utf8');
        decoder.decode(data, 0, data.length, builder);
      }
      return { kind: 'batch', batch: builder.finish() };
    },
    positions: () => [{ split: '0', position: { rows: next } }],
    async close() {},
  };
}

/** `2026-01-01 10:00:00` is taken as well as `2026-01-01T10:00:00`. */
function timeText(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d)/, '$1T$2') : value;
}

/**
 * The last five minutes in the seconds that a preview takes: times of made-up rows grow from row to row, so that none is late for its watermark and
 * windows close one after the other while somebody looks. Never ahead of the real time.
 */
export function hurriedClock(clock: Clock): Clock {
  const [beganMs, beganAtMs] = [clock.monotonicMs(), clock.nowMs() - SPAN_MS];
  const speed = (SPAN_MS * MADE_UP_ROWS_PER_SECOND) / (MADE_UP_ROWS * 1_000);
  return {
    nowMs: () => Math.min(clock.nowMs(), Math.floor(beganAtMs + (clock.monotonicMs() - beganMs) * speed)),
    monotonicMs: () => clock.monotonicMs(),
  };
}

/** By the datagen source, with ranges in which keys meet. */
export function createMadeUpReader(
  datagen: Connector | null,
  table: PlanTable,
  reads: readonly TableColumnRead[],
  context: RuntimeContext,
): SourceReader {
  if (!datagen?.createReader) throw new Error('the datagen connector is not registered');
  const plain = plainColumns(table, reads);
  const options: Record<string, string> = {
    connector: 'datagen',
    'number-of-rows': String(MADE_UP_ROWS),
    'rows-per-second': String(MADE_UP_ROWS_PER_SECOND),
  };
  for (const field of plain.physical) describeField(field.name, field.type, options);
  return datagen.createReader({ ...table, connector: 'datagen', options, physical: plain.physical }, plain.reads, {
    ...context,
    clock: hurriedClock(context.clock),
  });
}

function describeField(name: string, type: SqlType, options: Record<string, string>): void {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
      options[`fields.${name}.min`] = '1';
      options[`fields.${name}.max`] = '20';
      return;
    case 'VARCHAR':
      options[`fields.${name}.length`] = String(Math.min(2, type.length));
      return;
    case 'ROW':
      for (const field of type.fields) describeField(`${name}.${field.name}`, field.type, options);
      return;
    default:
  }
}
