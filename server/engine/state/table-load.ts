/** Stored groups into a table that may have other fields: matched by digest, added fields start at zero (columns of kept rows with NULL), integers and decimals may widen. */
import type { Batch, Column } from '../types/batch.ts';
import { valueAt } from '../types/row-access.ts';
import { formatType, type RowSchema, type SqlType, withNullability } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { KeyedTable } from './keyed-table.ts';
import type { StateColumn } from './state-column.ts';
import { readGroup, type StoredGroup, type TableLayout } from './table-format.ts';
import { CREATE } from './table-loops.ts';
import { StateError, type StateField } from './table-spec.ts';

const WIDTH: Readonly<Partial<Record<SqlType['kind'], number>>> = { TINYINT: 1, SMALLINT: 2, INT: 3, BIGINT: 4, FLOAT: 5, DOUBLE: 6 };

/** The type as it matters for stored values: without nullability, text length and time attribute. */
function bareType(type: SqlType): string {
  if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return 'TEXT';
  if (type.kind === 'BINARY' || type.kind === 'VARBINARY') return 'BYTES';
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ')
    return `${type.kind}(${type.precision <= 3 ? 3 : type.precision <= 6 ? 6 : 9})`;
  return formatType(withNullability(type, true));
}

/** How stored values of one type become values of another: as they are, converted, or not at all. */
function conversionOf(from: SqlType, to: SqlType): ((value: Value) => Value) | 'same' | null {
  if (bareType(from) === bareType(to)) return 'same';
  if (from.kind === 'DECIMAL' && to.kind === 'DECIMAL')
    return from.scale === to.scale && from.precision <= to.precision ? (value) => value : null;
  const narrow = WIDTH[from.kind];
  const wide = WIDTH[to.kind];
  if (narrow === undefined || wide === undefined || narrow > wide || narrow <= 4 !== wide <= 4) return null;
  return to.kind === 'BIGINT' ? (value) => (value === null ? null : BigInt(value as number)) : (value) => value;
}

function requireSameKey(stored: RowSchema, wanted: RowSchema, label: string): void {
  const list = (schema: RowSchema): string => schema.map((field) => bareType(field.type)).join(', ');
  if (list(stored) !== list(wanted)) {
    throw new StateError(
      'incompatible',
      `The key of ${label} changed from (${list(stored)}) to (${list(wanted)}): its state cannot be taken over.`,
    );
  }
}

export interface FieldMatch {
  /** Column of the stored group for each field of the table; -1 for a field that is new. */
  readonly from: readonly number[];
  readonly added: readonly StateField[];
  readonly dropped: readonly StateField[];
}

/** Throws StateError('incompatible') where key or field types cannot be taken over. */
export function matchFields(layout: TableLayout, table: KeyedTable): FieldMatch {
  const { spec, options } = table;
  requireSameKey(layout.key, spec.key, options.label);
  requireSameKey(layout.subKey, spec.subKey, options.label);
  const first = layout.key.length + layout.subKey.length;
  const from = spec.fields.map((field) => {
    const byDigest = layout.fields.findIndex((other) => other.digest === field.digest);
    const index = byDigest === -1 ? layout.fields.findIndex((other) => other.digest === field.placed) : byDigest;
    if (index === -1 && field.isColumn && !field.type.nullable) {
      throw new StateError(
        'incompatible',
        `The rows kept in ${options.label} have no ${field.digest}, which takes no NULL: they cannot be taken over.`,
      );
    }
    if (index === -1) return -1;
    const stored = layout.fields[index].type;
    if (conversionOf(stored, field.type) === null) {
      throw new StateError(
        'incompatible',
        `Field ${field.digest} of ${options.label} changed from ${formatType(stored)} to ${formatType(field.type)}: its state cannot be taken over.`,
      );
    }
    return first + index;
  });
  return {
    from,
    added: spec.fields.filter((_, index) => from[index] === -1),
    dropped: layout.fields.filter((_, index) => !from.includes(first + index)),
  };
}

export function loadGroup(table: KeyedTable, layout: TableLayout, match: FieldMatch, bytes: Uint8Array): void {
  const group = readGroup(bytes, layout);
  const keys = layout.key.length + layout.subKey.length;
  const batch: Batch = { rows: group.records, columns: group.columns, kinds: null, selection: null, selected: group.records, split: -1 };
  const ids = new Int32Array(group.records);
  table.lookup(Array.from({ length: keys }, (_, index) => index))(batch, ids, CREATE);
  match.from.forEach((column, field) => {
    if (column !== -1) copyField(table, table.fields[field], group.columns[column], typeAt(layout, column), ids);
    else if (table.spec.fields[field].isColumn) for (const id of ids) table.setNull(table.fields[field], id);
  });
  copyStamps(table, group, ids);
}

function typeAt(layout: TableLayout, column: number): SqlType {
  return [...layout.key, ...layout.subKey, ...layout.fields][column].type;
}

function copyStamps(table: KeyedTable, group: StoredGroup, ids: Int32Array): void {
  if (table.stamps === null || group.stamps === null) return;
  for (let i = 0; i < ids.length; i++) table.stamps.values[ids[i]] = group.stamps[i];
}

function copyField(table: KeyedTable, field: StateColumn, column: Column, type: SqlType, ids: Int32Array): void {
  const conversion = conversionOf(type, field.type);
  if (conversion === 'same' && column.lane !== 'bytes' && column.lane !== 'obj') {
    copyFixed(field.values as Float64Array, field.nulls, column.values as Float64Array, column.nulls, ids);
    return;
  }
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (column.nulls !== null && column.nulls[i] === 1) table.setNull(field, id);
    else if (column.lane === 'bytes') table.setBytes(field, id, column.data, column.offsets[i], column.lengths[i]);
    else if (conversion !== 'same') table.setValue(field, id, (conversion as (value: Value) => Value)(valueAt(column, i, type)));
    else table.setValue(field, id, valueAt(column, i, type));
  }
}

/** Any fixed-width lane: source and target have the same. */
function copyFixed(target: Float64Array, targetNulls: Uint8Array, source: Float64Array, nulls: Uint8Array | null, ids: Int32Array): void {
  for (let i = 0; i < ids.length; i++) {
    target[ids[i]] = source[i];
    targetNulls[ids[i]] = nulls === null ? 0 : nulls[i];
  }
}
