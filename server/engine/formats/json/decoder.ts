/**
 * The decoder of `json`: the generated scanner first; where it gives up, the exact reader decides, with the same result for what
 * both can read. A top-level array is read as one row an element, as in Flink.
 */
import type { TableColumnRead } from '../../planner/physical-plan.ts';
import type { ChangeKind } from '../../types/batch.ts';
import { INSERT } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import type { Value } from '../../types/value.ts';
import { BatchFullError, type Decoder } from '../contract.ts';
import { recordError } from '../record-error.ts';
import { ConversionError } from '../value-text.ts';
import { type JsonNode, JsonReader, JsonSyntaxError } from './json-node.ts';
import { nodeToValue } from './node-to-value.ts';
import type { JsonOptions } from './options.ts';
import { space } from './scan-runtime.ts';
import { JsonScanner, type ScanTarget } from './scanner.ts';

export class JsonDecoder implements Decoder {
  readonly #targets: readonly ScanTarget[];
  readonly #options: JsonOptions;
  readonly #scanner: JsonScanner;

  /** `columns[i]` is the builder's column of reads[i]; without it, i. */
  constructor(reads: readonly TableColumnRead[], options: JsonOptions, columns: readonly number[] = reads.map((_, i) => i)) {
    this.#targets = reads.map((read, i) => ({ path: read.path, type: read.type, column: columns[i] as number }));
    this.#options = options;
    this.#scanner = new JsonScanner(this.#targets, options);
  }

  decode(data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean {
    if (this.scanRow(data, start, end, into)) {
      into.endRow(INSERT);
      return true;
    }
    into.dropRow();
    const root = readRecord('JSON', data, start, end, this.#options.ignoreParseErrors);
    if (root === undefined) return false;
    const rows = Array.isArray(root) ? root : [root];
    reserveRows(rows.length, 'JSON', data, start, end, into);
    let count = 0;
    for (const row of rows) if (this.#decodeNode(row, data, start, end, into)) count++;
    return count > 0;
  }

  /** Sets the columns from the object in data[start, end) by the fast way; false = not possible, nothing is decided. */
  scanRow(data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean {
    const after = this.#scanner.scan(data, start, end, into);
    return after >= 0 && (after === end || space(data, after) >= end);
  }

  /** Sets the columns from a tree. Throws ConversionError. */
  setRow(row: ReadonlyMap<string, JsonNode>, into: BatchBuilder): void {
    for (const { path, type, column } of this.#targets) into.setValue(column, this.#valueAt(row, path, type));
  }

  #decodeNode(row: JsonNode, data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean {
    try {
      if (!(row instanceof Map)) throw new ConversionError('it is no JSON object');
      this.setRow(row, into);
      into.endRow(INSERT as ChangeKind);
      return true;
    } catch (error) {
      into.dropRow();
      if (!(error instanceof ConversionError)) throw error;
      if (this.#options.ignoreParseErrors) return false;
      throw recordError('JSON', error.message, data, start, end);
    }
  }

  #valueAt(row: ReadonlyMap<string, JsonNode>, path: readonly string[], type: ScanTarget['type']): Value {
    let node: JsonNode | undefined = row as Map<string, JsonNode>;
    for (let i = 0; i < path.length; i++) {
      const name = path[i] as string;
      if (!(node instanceof Map)) {
        // A parent that is NULL makes its fields NULL; one that is something else is as wrong as a scalar of the wrong type.
        if (node === null || node === undefined || this.#options.ignoreParseErrors) return null;
        throw new ConversionError(`field '${path.slice(0, i).join('.')}' is no object`);
      }
      node = node.get(name);
      if (node === undefined && this.#options.failOnMissingField)
        throw new ConversionError(`field '${path.slice(0, i + 1).join('.')}' is missing`);
    }
    return nodeToValue(node, type, path.join('.'), this.#options);
  }
}

/** The tree of a record; undefined when it is malformed and such records are ignored. Throws DataError. */
export function readRecord(kind: string, data: Uint8Array, start: number, end: number, ignoreErrors: boolean): JsonNode | undefined {
  try {
    return new JsonReader(data, start, end).readWhole();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    if (ignoreErrors) return undefined;
    throw recordError(kind, `${error.message} (at byte ${error.offset - start + 1})`, data, start, end);
  }
}

/** Throws unless `count` more rows fit; DataError when they would not even fit an empty batch. */
export function reserveRows(count: number, kind: string, data: Uint8Array, start: number, end: number, into: BatchBuilder): void {
  if (into.rows + count <= into.capacity) return;
  if (into.rows > 0) throw new BatchFullError('The batch is full.');
  throw recordError(kind, `it holds ${count} rows, more than ${into.capacity}`, data, start, end);
}
