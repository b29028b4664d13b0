/**
 * Decodes change records: the envelope's ranges first, then each row as JSON. A record yields all of its rows or none: when one
 * cannot be read, those before it are taken back.
 */
import type { TableColumnRead } from '../../planner/physical-plan.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import type { Value } from '../../types/value.ts';
import type { Decoder } from '../contract.ts';
import { JsonDecoder, readRecord, reserveRows } from '../json/decoder.ts';
import { JsonReader, JsonSyntaxError } from '../json/json-node.ts';
import type { CheckedJsonOptions, JsonOptions } from '../json/options.ts';
import { recordError } from '../record-error.ts';
import { ConversionError } from '../value-text.ts';
import { type Change, type ChangeReader, changeReader, type Envelope } from './changes.ts';
import type { Range } from './envelope.ts';
import type { CdcName } from './facts.ts';
import { metadataValue } from './metadata.ts';

const TITLES: Readonly<Record<CdcName, string>> = {
  'debezium-json': 'Debezium JSON',
  'canal-json': 'Canal JSON',
  'maxwell-json': 'Maxwell JSON',
  'ogg-json': 'Ogg JSON',
};

export class CdcDecoder implements Decoder {
  readonly #name: CdcName;
  readonly #rows: JsonDecoder;
  readonly #reader: ChangeReader;
  readonly #options: JsonOptions;
  readonly #metadata: readonly { readonly column: number; readonly key: string }[];

  constructor(name: CdcName, reads: readonly TableColumnRead[], checked: CheckedJsonOptions) {
    this.#name = name;
    this.#options = checked.json;
    this.#reader = changeReader(name, checked.values);
    const columns = reads.flatMap((read, column) => (read.metadata === undefined ? [column] : []));
    this.#rows = new JsonDecoder(
      columns.map((column) => reads[column] as TableColumnRead),
      checked.json,
      columns,
    );
    this.#metadata = reads.flatMap((read, column) => (read.metadata === undefined ? [] : [{ column, key: read.metadata }]));
  }

  decode(data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean {
    if (start === end) return false; // a tombstone
    const before = into.rows;
    try {
      const envelope = this.#reader.open(data, start, end);
      if (envelope === null) return this.#refuse(data, start, end);
      const changes = this.#reader.changes(data, envelope);
      if (changes.length === 0) return false;
      reserveRows(changes.length, TITLES[this.#name], data, start, end, into);
      this.#append(changes, data, envelope, into);
      return true;
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      takeBack(into, before);
      if (this.#options.ignoreParseErrors) return false;
      throw recordError(TITLES[this.#name], error.message, data, start, end);
    }
  }

  #append(changes: readonly Change[], data: Uint8Array, envelope: Envelope, into: BatchBuilder): void {
    const metadata: Value[] = this.#metadata.map(({ key }) => metadataValue(this.#name, key, data, envelope, this.#options));
    for (const { kind, row, over } of changes) {
      if (over !== null || !this.#rows.scanRow(data, row.start, row.end, into)) {
        into.dropRow();
        const tree = treeOf(data, row);
        if (over !== null) for (const [name, value] of treeOf(data, over)) tree.set(name, value);
        this.#rows.setRow(tree, into);
      }
      for (const [i, { column }] of this.#metadata.entries()) into.setValue(column, metadata[i] as Value);
      into.endRow(kind);
    }
  }

  /** The exact reader says what is wrong. */
  #refuse(data: Uint8Array, start: number, end: number): boolean {
    if (readRecord(TITLES[this.#name], data, start, end, this.#options.ignoreParseErrors) === undefined || this.#options.ignoreParseErrors)
      return false;
    throw recordError(TITLES[this.#name], 'it is no JSON object, or nested too deeply', data, start, end);
  }
}

function treeOf(data: Uint8Array, { start, end }: Range) {
  try {
    const node = new JsonReader(data, start, end).readWhole();
    if (node instanceof Map) return node;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ConversionError(error.message);
  }
  throw new ConversionError('a row in it is no JSON object');
}

function takeBack(into: BatchBuilder, rows: number): void {
  into.dropRow();
  while (into.rows > rows) {
    into.rows--;
    into.dropRow();
  }
}
