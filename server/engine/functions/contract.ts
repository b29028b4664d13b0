/**
 * A scalar function: how the binder types it and how it is computed. One definition serves the binder (type inference and
 * coercion), the interpreter and the code generator.
 */
import type { SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';

export interface BoundCall {
  /** Type each argument must be cast to before the call; same length as the arguments given. */
  readonly argumentTypes: readonly SqlType[];
  readonly type: SqlType;
}

export interface FunctionRefusal {
  readonly refusal: string;
}

/** What a function may ask of the running job; it never reads the process or the clock itself. */
export interface FunctionContext {
  /** IANA name: table.local-time-zone. */
  readonly timeZone: string;
  /** Processing time in ms since the epoch, as of the row (or of the query start where SQL says so). */
  currentTimeMs(): number;
  /** Seeded; for RAND and UUID. */
  random(): number;
  /** Current watermark in ms, or null before the first. */
  currentWatermarkMs(): number | null;
}

export type CallOptions = Readonly<Record<string, string | number | boolean | null>>;

export interface ScalarFunction {
  /** Upper case; operators by their sign (`+`) or words (`IS NULL`). */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** False for RAND, UUID, CURRENT_TIMESTAMP, …: never folded into a literal. */
  readonly isDeterministic: boolean;
  /** How it is written in a message: `SUBSTRING(text, start[, length])`. */
  readonly signature: string;
  /** Given argument types (and which are literals, with their values), says the coerced argument types and the result type. */
  bind(args: readonly SqlType[], literals: readonly (Value | undefined)[], options: CallOptions): BoundCall | FunctionRefusal;
  /** True (the default) when any NULL argument gives NULL and evaluate is never called with NULL. */
  readonly isStrict?: boolean;
  /** Computes one value of the bound type from values of the bound argument types. Throws DataError for a failing row. */
  evaluate(args: readonly Value[], call: EvaluatedCall, context: FunctionContext): Value;
}

export interface EvaluatedCall {
  readonly argumentTypes: readonly SqlType[];
  readonly type: SqlType;
  readonly options: CallOptions;
}

/** A row that cannot be computed (division by zero, a text that is no number): fails the job, as in Flink. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
