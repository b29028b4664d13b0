/**
 * Formats: bytes of one record <-> columns. A decoder is made for the columns a plan reads (with nested paths) and appends to a BatchBuilder; it
 * never makes an object per row on its fast path. An encoder turns rows of a batch into bytes.
 */
import type { OptionProblem } from '../connectors/contract.ts';
import type { ChangelogMode, PlanTable, TableColumnRead } from '../planner/physical-plan.ts';
import type { Batch } from '../types/batch.ts';
import type { BatchBuilder } from '../types/batch-builder.ts';
import type { RowSchema } from '../types/sql-type.ts';

export interface FormatFacts {
  readonly problems: readonly OptionProblem[];
  readonly warnings: readonly OptionProblem[];
  /** Change kinds a record of this format can carry: insert-only for json, csv, raw; all for the CDC formats. */
  readonly changelog: ChangelogMode;
  /** Metadata keys the format itself offers (debezium: `ingestion-timestamp`, …), read as `value.<key>` or `<key>`. */
  readonly metadata: readonly { readonly key: string; readonly type: import('../types/sql-type.ts').SqlType }[];
  /** True when records are lines (json, csv, raw …): what a filesystem source splits at '\n' and a sink ends with '\n'. */
  readonly isLineDelimited: boolean;
}

/**
 * Thrown by a decoder, with nothing appended, when a record's rows do not fit behind the rows the builder holds already: hand out
 * that batch, then decode the record again.
 */
export class BatchFullError extends Error {
  override readonly name = 'BatchFullError';
}

export interface Decoder {
  /**
   * Decodes data[start, end) and appends 0..n rows to `into` (columns in the order of `reads`, change kind included).
   * Returns false when the record was skipped (ignore-parse-errors, tombstone). Throws DataError naming what is wrong, and
   * BatchFullError when a record of several rows does not fit any more (never while `into` is empty).
   * Text columns may point into `data` (the builder keeps a reference): the caller keeps `data` unchanged until the batch is consumed.
   */
  decode(data: Uint8Array, start: number, end: number, into: BatchBuilder): boolean;
  /**
   * Of a format whose records may hold line ends (quoted CSV): the index of the '\n' that ends the record which begins at `start`,
   * or -1 when it is not in data[start, end). Absent = the next '\n'.
   */
  recordEnd?(data: Uint8Array, start: number, end: number): number;
}

export interface Encoder {
  /** Appends the encoding of row `row` (without line end) to `out`. Change kind from the batch. */
  encode(batch: Batch, row: number, out: ByteSink): void;
}

/** Growing byte buffer owned by the caller. */
export interface ByteSink {
  buffer: Uint8Array;
  length: number;
  ensure(extra: number): void;
}

export interface FormatContext {
  readonly timeZone: string;
}

export interface Format {
  /** `json`, `csv`, `raw`, `debezium-json`, `canal-json`, `maxwell-json`, `ogg-json`. */
  readonly name: string;
  /** Options come without prefix, e.g. `ignore-parse-errors`. `role` key/value for Kafka. */
  describe(options: Readonly<Record<string, string>>, schema: RowSchema): FormatFacts;
  /** `reads` that name metadata of connectors are not passed here. `physical` is the whole declared value schema, in order. */
  createDecoder(
    options: Readonly<Record<string, string>>,
    physical: RowSchema,
    reads: readonly TableColumnRead[],
    context: FormatContext,
  ): Decoder;
  createEncoder(options: Readonly<Record<string, string>>, schema: RowSchema, context: FormatContext): Encoder;
}
export type { PlanTable };
// formats/registry.ts: export function formatOf(name: string): Format | null; export const FORMAT_NAMES: readonly string[]
// formats/table-format.ts: resolves 'format', 'value.format', 'key.format', their prefixed options out of a PlanTable's options
