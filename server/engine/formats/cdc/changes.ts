/**
 * The four envelopes: which rows, with which change kinds, a record stands for. Field names and operations:
 * Flink's Debezium, Canal, Maxwell and Ogg JSON formats.
 */
import { type ChangeKind, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../../types/batch.ts';
import type { OptionValues } from '../option-rules.ts';
import { ConversionError } from '../value-text.ts';
import { elementRanges, fieldRanges, isNullRange, type Range, wordAt } from './envelope.ts';
import type { CdcName } from './facts.ts';

export interface Change {
  readonly kind: ChangeKind;
  readonly row: Range;
  /** Fields that stand over those of `row` (the former values of an update). */
  readonly over: Range | null;
}

export interface Envelope {
  readonly fields: ReadonlyMap<string, Range>;
  /** The whole record, when `fields` are those of its payload. */
  readonly outer: ReadonlyMap<string, Range>;
}

export interface ChangeReader {
  /** null = the record is no well-formed object. */
  open(data: Uint8Array, start: number, end: number): Envelope | null;
  /** Empty = the record carries no row (a table's creation, another table). Throws ConversionError. */
  changes(data: Uint8Array, envelope: Envelope): readonly Change[];
}

export function changeReader(name: CdcName, values: OptionValues): ChangeReader {
  switch (name) {
    case 'debezium-json':
      return debezium(values.boolean('schema-include', false));
    case 'canal-json':
      return canal(pattern(values.text('database.include')), pattern(values.text('table.include')));
    case 'maxwell-json':
      return { open: openPlain, changes: maxwell };
    case 'ogg-json':
      return { open: openPlain, changes: ogg };
  }
}

function pattern(text: string | null): RegExp | null {
  return text === null ? null : new RegExp(`^(?:${text})$`, 'u');
}

function openPlain(data: Uint8Array, start: number, end: number): Envelope | null {
  const fields = fieldRanges(data, start, end);
  return fields === null ? null : { fields, outer: fields };
}

function debezium(hasSchema: boolean): ChangeReader {
  return {
    open(data, start, end) {
      const outer = fieldRanges(data, start, end);
      if (outer === null || !hasSchema) return outer === null ? null : { fields: outer, outer };
      const payload = outer.get('payload');
      if (isNullRange(data, payload)) throw new ConversionError("it has no 'payload', although 'debezium-json.schema-include' is true");
      const fields = fieldRanges(data, (payload as Range).start, (payload as Range).end);
      return fields === null ? null : { fields, outer };
    },
    changes(data, { fields }) {
      const op = wordAt(data, fields.get('op'));
      const before = fields.get('before');
      const after = fields.get('after');
      if (op === 'c' || op === 'r') return [change(INSERT, wanted(data, after, 'after', op))];
      if (op === 'd') return [change(DELETE, wanted(data, before, 'before', op))];
      if (op === 'u')
        return [change(UPDATE_BEFORE, wanted(data, before, 'before', op)), change(UPDATE_AFTER, wanted(data, after, 'after', op))];
      throw new ConversionError(op === '' ? "it has no field 'op'" : `its 'op' is '${op}', not c, r, u or d`);
    },
  };
}

function change(kind: ChangeKind, row: Range, over: Range | null = null): Change {
  return { kind, row, over };
}

function wanted(data: Uint8Array, range: Range | undefined, name: string, op: string): Range {
  if (!isNullRange(data, range)) return range as Range;
  const advice = name === 'before' ? ' (the source must send full former rows, for PostgreSQL: REPLICA IDENTITY FULL)' : '';
  throw new ConversionError(`its field '${name}' is null or missing with operation '${op}'${advice}`);
}

function canal(database: RegExp | null, table: RegExp | null): ChangeReader {
  return {
    open: openPlain,
    changes(data, { fields }) {
      if (database && !database.test(wordAt(data, fields.get('database')))) return [];
      if (table && !table.test(wordAt(data, fields.get('table')))) return [];
      const type = wordAt(data, fields.get('type'));
      if (type === 'CREATE') return [];
      if (type !== 'INSERT' && type !== 'UPDATE' && type !== 'DELETE') {
        throw new ConversionError(type === '' ? "it has no field 'type'" : `its 'type' is '${type}', not INSERT, UPDATE or DELETE`);
      }
      const rows = arrayOf(data, fields.get('data'), 'data', type);
      if (type !== 'UPDATE') return rows.map((row) => change(type === 'INSERT' ? INSERT : DELETE, row));
      const old = arrayOf(data, fields.get('old'), 'old', type);
      return rows.flatMap((row, i) => [change(UPDATE_BEFORE, row, old[i] ?? null), change(UPDATE_AFTER, row)]);
    },
  };
}

function arrayOf(data: Uint8Array, range: Range | undefined, name: string, type: string): Range[] {
  const found = wanted(data, range, name, type);
  if (data[found.start] !== 0x5b) throw new ConversionError(`its field '${name}' is no array`);
  return elementRanges(data, found);
}

function maxwell(data: Uint8Array, { fields }: Envelope): readonly Change[] {
  const type = wordAt(data, fields.get('type'));
  if (type === 'insert' || type === 'bootstrap-insert') return [change(INSERT, wanted(data, fields.get('data'), 'data', type))];
  if (type === 'delete') return [change(DELETE, wanted(data, fields.get('data'), 'data', type))];
  if (type === 'bootstrap-start' || type === 'bootstrap-complete') return [];
  if (type !== 'update')
    throw new ConversionError(type === '' ? "it has no field 'type'" : `its 'type' is '${type}', not insert, update or delete`);
  const row = wanted(data, fields.get('data'), 'data', type);
  return [change(UPDATE_BEFORE, row, wanted(data, fields.get('old'), 'old', type)), change(UPDATE_AFTER, row)];
}

function ogg(data: Uint8Array, { fields }: Envelope): readonly Change[] {
  const op = wordAt(data, fields.get('op_type'));
  const before = fields.get('before');
  const after = fields.get('after');
  if (op === 'I') return [change(INSERT, wanted(data, after, 'after', op))];
  if (op === 'D') return [change(DELETE, wanted(data, before, 'before', op))];
  if (op === 'U')
    return [change(UPDATE_BEFORE, wanted(data, before, 'before', op)), change(UPDATE_AFTER, wanted(data, after, 'after', op))];
  if (op === 'T') return [];
  throw new ConversionError(op === '' ? "it has no field 'op_type'" : `its 'op_type' is '${op}', not I, U, D or T`);
}
