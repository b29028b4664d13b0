/**
 * The encoder of `csv`, with the quoting of Flink's writer (Jackson): numbers and booleans are never quoted, the null literal
 * neither; a text is quoted when it is longer than 24 characters or holds a character not above the highest of delimiter, quote
 * and line end. A quote inside is doubled, or escaped where an escape character is set.
 */
import { DataError } from '../../functions/contract.ts';
import type { Batch, Column } from '../../types/batch.ts';
import { formatDouble, formatFloat } from '../../types/format-number.ts';
import { wholeValueAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import { formatDate, wholeTimestamp } from '../../types/timestamps.ts';
import type { ArrayValue, FineTimestamp, RowValue, Value } from '../../types/value.ts';
import { writeText } from '../byte-sink.ts';
import type { ByteSink, Encoder } from '../contract.ts';
import { decimalJson } from '../json/encoder.ts';
import { writeTime, writeTimestamp } from '../temporal-text.ts';
import type { CsvOptions } from './options.ts';

const UNQUOTED_CHARACTERS_MAX = 24;
const UNQUOTED_KINDS = new Set([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'INTERVAL_YEAR_MONTH',
  'INTERVAL_DAY_TIME',
]);

export class CsvEncoder implements Encoder {
  readonly #schema: RowSchema;
  readonly #options: CsvOptions;
  readonly #safeFrom: number;

  constructor(schema: RowSchema, options: CsvOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#safeFrom = Math.max(options.fieldDelimiter.charCodeAt(0), options.quoteCharacter?.charCodeAt(0) ?? 0, 10) + 1;
  }

  encode(batch: Batch, row: number, out: ByteSink): void {
    const fields = this.#schema.map((field, i) => this.#field(wholeValueAt(batch.columns[i] as Column, row, field.type), field.type));
    writeText(fields.join(this.#options.fieldDelimiter), out);
  }

  #field(value: Value, type: SqlType): string {
    if (value === null) return this.#options.nullLiteral ?? '';
    const text = this.#text(value, type);
    return UNQUOTED_KINDS.has(type.kind) ? text : this.#quoted(text);
  }

  #quoted(text: string): string {
    const { quoteCharacter: quote, escapeCharacter: mark } = this.#options;
    if (quote === null || !this.#needsQuotes(text)) return text;
    const inner =
      mark === null ? text.replaceAll(quote, quote + quote) : text.replaceAll(mark, mark + mark).replaceAll(quote, mark + quote);
    return quote + inner + quote;
  }

  #needsQuotes(text: string): boolean {
    if (text.length > UNQUOTED_CHARACTERS_MAX) return true;
    const { escapeCharacter: mark } = this.#options;
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < this.#safeFrom || text[i] === mark) return true;
    return false;
  }

  #text(value: Value, type: SqlType): string {
    if (value === null) return this.#options.nullLiteral ?? '';
    switch (type.kind) {
      case 'FLOAT':
        return formatFloat(value as number);
      case 'DOUBLE':
        return formatDouble(value as number);
      case 'DECIMAL':
        return decimalJson(value as bigint, type.scale, !this.#options.decimalInScientificNotation);
      case 'BINARY':
      case 'VARBINARY':
        return Buffer.from(value as Uint8Array).toString('base64');
      case 'DATE':
        return formatDate(value as number);
      case 'TIME':
        return writeTime(value as number);
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ':
        return writeTimestamp(...wholeTimestamp(value as bigint | FineTimestamp, type.precision), 'SQL', type.kind === 'TIMESTAMP_LTZ');
      case 'ARRAY':
        return (value as ArrayValue).elements.map((element) => this.#text(element, type.element)).join(this.#options.arrayElementDelimiter);
      case 'ROW':
        return type.fields
          .map((field, i) => this.#text((value as RowValue).fields[i] ?? null, field.type))
          .join(this.#options.arrayElementDelimiter);
      default: {
        const text = String(value);
        if (text.isWellFormed()) return text;
        throw new DataError(`A text has half of a surrogate pair, which csv cannot hold: ${JSON.stringify(text)}.`);
      }
    }
  }
}
