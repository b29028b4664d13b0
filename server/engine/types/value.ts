/**
 * One SQL value as a JavaScript value: what the interpreter computes with, what literals hold and what the `obj` lane of a
 * column stores. The unit of each type is that of its lane (sql-type.ts).
 *
 *   BOOLEAN boolean · i32 types number · i64 types bigint · FLOAT, DOUBLE number · DECIMAL bigint (unscaled, any precision)
 *   CHAR, VARCHAR string · BINARY, VARBINARY Uint8Array · ROW RowValue · ARRAY ArrayValue · MAP, MULTISET MapValue
 *
 * In JSON (plans, manifests) a bigint is written {"$i64":"123"} and bytes {"$bytes":"base64"}.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | RowValue | ArrayValue | MapValue | FineTimestamp;

/**
 * A timestamp that holds more than its type's precision: Flink does not cut what TO_TIMESTAMP reads below the millisecond. It lasts from an expression
 * to a sink, as long as the row is not sent or stored (there the rest is cut, in Flink too); never in a literal or in state.
 */
export class FineTimestamp {
  /** The lane value, cut toward the past. */
  readonly value: bigint;
  /** What is above it, never 0: 1 to 999999 where the lane counts milliseconds. */
  readonly nanos: number;
  constructor(value: bigint, nanos: number) {
    this.value = value;
    this.nanos = nanos;
  }
}

/** Without what is below the lane's unit. */
export function coarse(value: Value): Value {
  return value instanceof FineTimestamp ? value.value : value;
}

export class RowValue {
  readonly fields: readonly Value[];
  constructor(fields: readonly Value[]) {
    this.fields = fields;
  }
}

export class ArrayValue {
  readonly elements: readonly Value[];
  constructor(elements: readonly Value[]) {
    this.elements = elements;
  }
}

/** Entries in insertion order, keys unique by value. A MULTISET maps an element to its count (a number). */
export class MapValue {
  readonly entries: readonly (readonly [Value, Value])[];
  constructor(entries: readonly (readonly [Value, Value])[]) {
    this.entries = entries;
  }
}
