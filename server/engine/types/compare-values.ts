/**
 * Order and equality of values of one type. Equality is structural; NULL equals NULL here (grouping, DISTINCT, joins decide
 * on their own what NULL means). Order: texts by Unicode code point (= by UTF-8 bytes, as Flink), bytes unsigned, NaN highest and
 * equal to itself, -0.0 below 0.0 (Java's Double.compare), rows and arrays by their parts; NULL is lowest.
 */
import type { SqlType } from './sql-type.ts';
import { ArrayValue, coarse, FineTimestamp, MapValue, RowValue, type Value } from './value.ts';

export function valuesEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (typeof left === 'number') return typeof right === 'number' && Number.isNaN(left) && Number.isNaN(right);
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (left instanceof FineTimestamp) return right instanceof FineTimestamp && left.value === right.value && left.nanos === right.nanos;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0;
  if (left instanceof RowValue) return right instanceof RowValue && listsEqual(left.fields, right.fields);
  if (left instanceof ArrayValue) return right instanceof ArrayValue && listsEqual(left.elements, right.elements);
  if (!(left instanceof MapValue && right instanceof MapValue) || left.entries.length !== right.entries.length) return false;
  return left.entries.every(([key, value]) => right.entries.some(([k, v]) => valuesEqual(key, k) && valuesEqual(value, v)));
}

function listsEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((value, index) => valuesEqual(value, right[index]));
}

/** < 0, 0, > 0; NULLs lowest. Maps have no order: they compare entry by entry so that sorting is at least stable. */
export function compareValues(left: Value, right: Value): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (left instanceof FineTimestamp || right instanceof FineTimestamp) return compareFine(left, right);
  switch (typeof left) {
    case 'boolean':
      return Number(left) - Number(right as boolean);
    case 'number':
      return compareNumbers(left, right as number);
    case 'bigint':
      return left < (right as bigint) ? -1 : left > (right as bigint) ? 1 : 0;
    case 'string':
      return compareText(left, right as string);
  }
  if (left instanceof Uint8Array) return compareBytes(left, right as Uint8Array);
  if (left instanceof RowValue) return compareLists(left.fields, (right as RowValue).fields);
  if (left instanceof ArrayValue) return compareLists(left.elements, (right as ArrayValue).elements);
  return compareLists(flatten(left), flatten(right as MapValue));
}

function compareFine(left: Value, right: Value): number {
  const [a, b] = [coarse(left) as bigint, coarse(right) as bigint];
  const nanosOf = (value: Value) => (value instanceof FineTimestamp ? value.nanos : 0);
  return a < b ? -1 : a > b ? 1 : nanosOf(left) - nanosOf(right);
}

/** A comparator for ORDER BY; `nullsFirst` decides where NULLs go, whatever the direction. */
export function orderOf(isDescending: boolean, nullsFirst: boolean): (left: Value, right: Value) => number {
  return (left, right) => {
    if (left === null || right === null) return left === right ? 0 : (left === null) === nullsFirst ? -1 : 1;
    return isDescending ? compareValues(right, left) : compareValues(left, right);
  };
}

/** Java's Double.compare. */
export function compareNumbers(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return left !== 0 || Object.is(left, right) ? 0 : Object.is(left, -0) ? -1 : 1;
  return Number.isNaN(left) ? (Number.isNaN(right) ? 0 : 1) : -1;
}

/** By code point: surrogate pairs sort above the rest of the basic plane, as their UTF-8 bytes do. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    let a = left.charCodeAt(i);
    let b = right.charCodeAt(i);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) {
      a = a >= 0xe000 ? a - 0x800 : a + 0x2000;
      b = b >= 0xe000 ? b - 0x800 : b + 0x2000;
    }
    return a < b ? -1 : 1;
  }
  return left.length - right.length;
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  return left.length - right.length;
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function flatten(map: MapValue): Value[] {
  return map.entries.flat();
}

/** A text that is equal for equal values and different for others: a key for JavaScript maps on slow paths. */
export function valueKey(value: Value): string {
  if (value === null) return '_';
  switch (typeof value) {
    case 'boolean':
      return value ? 'T' : 'F';
    case 'number':
      return `n${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `i${value}`;
    case 'string':
      return `s${value.length}:${value}`;
  }
  if (value instanceof FineTimestamp) return `i${value.value}.${value.nanos}`;
  if (value instanceof Uint8Array) return `b${value.length}:${Buffer.from(value).toString('latin1')}`;
  if (value instanceof RowValue) return `r(${value.fields.map(valueKey).join(',')})`;
  if (value instanceof ArrayValue) return `a(${value.elements.map(valueKey).join(',')})`;
  return `m(${value.entries
    .map(([k, v]) => `${valueKey(k)}=${valueKey(v)}`)
    .sort()
    .join(',')})`;
}

/** True for types that `<` and ORDER BY accept. */
export function isOrderable(type: SqlType): boolean {
  return type.kind !== 'MAP' && type.kind !== 'MULTISET';
}
