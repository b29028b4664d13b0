/**
 * The decoder of `csv`. Columns go by place. Conversions are those of Flink's CsvToRowDataConverters: texts are trimmed before
 * they are read as numbers, dates or times; a field equal to the null literal is NULL; arrays and rows are cut at the element delimiter.
 */
import { isUtf8 } from 'node:buffer';
import type { TableColumnRead } from '../../planner/physical-plan.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import { ArrayValue, RowValue, type Value } from '../../types/value.ts';
import type { Decoder } from '../contract.ts';
import { recordError } from '../record-error.ts';
import { scanDate, scanTime, scanTimestampValue } from '../temporal-text.ts';
import { booleanFromText, ConversionError, decimalFromText, doubleFromText, integerFromText, shorten } from '../value-text.ts';
import { type CsvField, CsvSplitter, CsvSyntaxError, fieldText } from './csv-fields.ts';
import type { CsvOptions } from './options.ts';

const COMMENT = 35;
const encoder = new TextEncoder();

interface CsvTarget {
  readonly column: number;
  readonly index: number;
  /** Of the whole column; `path` leads into it. */
  readonly type: SqlType;
  readonly path: readonly string[];
  readonly name: string;
}

export class CsvDecoder implements Decoder {
  readonly #options: CsvOptions;
  readonly #splitter: CsvSplitter;
  readonly #targets: readonly CsvTarget[];
  readonly #arity: number;

  constructor(physical: RowSchema, reads: readonly TableColumnRead[], options: CsvOptions) {
    this.#options = options;
    this.#splitter = new CsvSplitter(options);
    this.#arity = physical.length;
    this.#targets = reads.map((read, column) => {
      const index = physical.findIndex((field) => field.name === read.path[0]);
      const field = physical[index];
      if (!field) throw new Error(`Column ${read.path[0]} is not among the declared ones.`);
      return { column, index, type: field.type, path: read.path.slice(1), name: field.name };
    });
  }

  recordEnd(data: Uint8Array, start: number, end: number): number {
    if (this.#options.allowComments && data[start] === COMMENT) return data.indexOf(10, start);
    return this.#splitter.recordEnd(data, start, end);
  }

  decode(data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean {
    if (this.#options.allowComments && data[start] === COMMENT && start < end) return false;
    try {
      this.#splitter.split(data, start, end);
      const { count } = this.#splitter;
      if (count > this.#arity || (count < this.#arity && !this.#options.ignoreParseErrors)) {
        throw new CsvSyntaxError(`it has ${count} ${count === 1 ? 'field' : 'fields'}, the table has ${this.#arity} columns`);
      }
      for (const target of this.#targets)
        this.#set(target, target.index < count ? (this.#splitter.fields[target.index] as CsvField) : null, data, into);
    } catch (error) {
      into.dropRow();
      if (!(error instanceof ConversionError) && !(error instanceof CsvSyntaxError)) throw error;
      if (this.#options.ignoreParseErrors) return false;
      throw recordError('CSV', error.message, data, start, end);
    }
    into.endRow();
    return true;
  }

  #set(target: CsvTarget, field: CsvField | null, data: Uint8Array, into: BatchBuilder): void {
    const { column, type, path, name } = target;
    if (field === null) {
      into.setNull(column);
      return;
    }
    const isText = type.kind === 'VARCHAR' || type.kind === 'CHAR';
    if (isText && field.text === null && this.#options.nullLiteral === null && isUtf8(data.subarray(field.start, field.end))) {
      into.setBytes(column, data, field.start, field.end);
      return;
    }
    const text = fieldText(field, data);
    let value: Value = null;
    if (text !== this.#options.nullLiteral) {
      try {
        value = this.#convert(text, type);
      } catch (error) {
        if (!(error instanceof ConversionError)) throw error;
        if (!this.#options.ignoreParseErrors) throw new ConversionError(`column '${name}': ${error.message}`);
      }
    }
    into.setValue(column, nestedValue(value, type, path));
  }

  #convert(text: string, type: SqlType): Value {
    switch (type.kind) {
      case 'ARRAY':
        return new ArrayValue(this.#elements(text).map((element) => this.#element(element, type.element)));
      case 'ROW': {
        const elements = this.#elements(text);
        if (elements.length !== type.fields.length && !this.#options.ignoreParseErrors) {
          throw new ConversionError(`'${shorten(text)}' has ${elements.length} elements, the row has ${type.fields.length} fields`);
        }
        return new RowValue(type.fields.map((field, i) => (i < elements.length ? this.#element(elements[i] as string, field.type) : null)));
      }
      default:
        return scalarFromText(text, type);
    }
  }

  #elements(text: string): readonly string[] {
    return text === '' ? [] : text.split(this.#options.arrayElementDelimiter);
  }

  #element(text: string, type: SqlType): Value {
    if (text === this.#options.nullLiteral) return null;
    try {
      return scalarFromText(text, type);
    } catch (error) {
      if (error instanceof ConversionError && this.#options.ignoreParseErrors) return null;
      throw error;
    }
  }
}

function nestedValue(value: Value, type: SqlType, path: readonly string[]): Value {
  let at = value;
  let of = type;
  for (const name of path) {
    if (of.kind !== 'ROW') throw new Error(`${name} is no field of a row.`);
    const index = of.fields.findIndex((field) => field.name === name);
    at = at instanceof RowValue ? (at.fields[index] ?? null) : null;
    of = (of.fields[index] as RowSchema[number]).type;
  }
  return at;
}

function scalarFromText(text: string, type: SqlType): Value {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return text;
    case 'BOOLEAN':
      return booleanFromText(text);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return Number(integerFromText(text, type.kind));
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return integerFromText(text, type.kind);
    case 'FLOAT':
      return Math.fround(doubleFromText(text));
    case 'DOUBLE':
      return doubleFromText(text);
    case 'DECIMAL':
      return decimalFromText(text, type.precision, type.scale);
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return temporalFromText(text.trim(), type);
  }
}

function temporalFromText(text: string, type: SqlType): Value {
  const bytes = encoder.encode(text);
  let value: Value = null;
  if (type.kind === 'DATE') value = numberOrNull(scanDate(bytes, 0, bytes.length));
  else if (type.kind === 'TIME') value = numberOrNull(scanTime(bytes, 0, bytes.length));
  else if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') {
    value = scanTimestampValue(bytes, 0, bytes.length, false, type.kind === 'TIMESTAMP_LTZ', type.precision);
  }
  if (value === null) throw new ConversionError(`'${shorten(text)}' cannot be read as ${type.kind}`);
  return value;
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
