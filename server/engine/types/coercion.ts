/**
 * Common types: what several branches or two operands are brought to before they meet.
 *
 * Rules follow Calcite's least restrictive type with Flink's type system: exact numbers widen (integers among themselves, with a
 * DECIMAL to the DECIMAL that keeps all integer digits), an approximate number wins over integers and makes a DECIMAL a DOUBLE, texts of
 * different length become VARCHAR of the longest, timestamps take the higher precision, nested types go by their parts, and NULL fits all.
 * Nullability of the result: any nullable member makes it nullable.
 */
import { LENGTH_MAX, type SqlType, withNullability } from './sql-type.ts';
import {
  asDecimal,
  DECIMAL_PRECISION_MAX,
  decimalType,
  integerRank,
  isApproximate,
  isBinary,
  isExactNumeric,
  isInteger,
  isNumeric,
  isSameType,
  isText,
  isTimePoint,
  isTimestamp,
} from './type-families.ts';

/** The least restrictive type of all, as for CASE, COALESCE, UNION, VALUES; null when there is none. NULL alone gives NULL. */
export function commonType(types: readonly SqlType[]): SqlType | null {
  let result: SqlType | null = null;
  for (const type of types) {
    result = result === null ? withoutAttribute(type) : commonOfTwo(result, type);
    if (result === null) return null;
  }
  return result;
}

/** The type both operands of `=`, `<`, … are cast to; null when they cannot be compared. A number and a text compare as numbers. */
export function comparisonType(left: SqlType, right: SqlType): SqlType | null {
  const nullable = left.nullable || right.nullable;
  const common = commonOfTwo(left, right);
  if (common !== null) return common;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (!isText(other)) continue;
    if (isInteger(one) || one.kind === 'DECIMAL') return { kind: 'DOUBLE', nullable };
    if (isApproximate(one) || one.kind === 'BOOLEAN' || isTimePoint(one)) return withNullability(withoutAttribute(one), nullable);
  }
  return null;
}

/** The same type without its mark as a time attribute: any computation loses it. */
export function withoutAttribute(type: SqlType): SqlType {
  if (!isTimestamp(type) || !('attribute' in type) || type.attribute === undefined) return type;
  const { attribute: _, ...rest } = type as Extract<SqlType, { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }>;
  return rest;
}

function commonOfTwo(left: SqlType, right: SqlType): SqlType | null {
  const nullable = left.nullable || right.nullable;
  if (left.kind === 'NULL') return withNullability(withoutAttribute(right), true);
  if (right.kind === 'NULL') return withNullability(withoutAttribute(left), true);
  if (isSameType(left, right) && left.kind !== 'ROW' && left.kind !== 'ARRAY' && left.kind !== 'MAP' && left.kind !== 'MULTISET')
    return withNullability(withoutAttribute(left), nullable);
  if (isNumeric(left) && isNumeric(right)) return commonNumeric(left, right, nullable);
  if (isText(left) && isText(right)) {
    const length = Math.max((left as { length: number }).length, (right as { length: number }).length);
    return { kind: 'VARCHAR', length, nullable };
  }
  if (isBinary(left) && isBinary(right)) {
    const length = Math.max((left as { length: number }).length, (right as { length: number }).length);
    return { kind: 'VARBINARY', length, nullable };
  }
  if (isTimePoint(left) && isTimePoint(right)) return commonTimePoint(left, right, nullable);
  if (left.kind === 'INTERVAL_DAY_TIME' && right.kind === 'INTERVAL_DAY_TIME') return { kind: 'INTERVAL_DAY_TIME', nullable };
  return commonNested(left, right, nullable);
}

function commonNumeric(left: SqlType, right: SqlType, nullable: boolean): SqlType {
  if (isExactNumeric(left) && isExactNumeric(right)) {
    if (isInteger(left) && isInteger(right)) return withNullability(integerRank(left) >= integerRank(right) ? left : right, nullable);
    const a = asDecimal(left);
    const b = asDecimal(right);
    const digits = Math.min(Math.max(a.precision - a.scale, b.precision - b.scale), DECIMAL_PRECISION_MAX);
    const scale = Math.min(Math.max(a.scale, b.scale), DECIMAL_PRECISION_MAX - digits);
    return decimalType(digits + scale, scale, nullable);
  }
  if (left.kind === 'DOUBLE' || right.kind === 'DOUBLE' || left.kind === 'DECIMAL' || right.kind === 'DECIMAL')
    return { kind: 'DOUBLE', nullable };
  return { kind: 'FLOAT', nullable };
}

function commonTimePoint(left: SqlType, right: SqlType, nullable: boolean): SqlType | null {
  const precision = Math.max('precision' in left ? left.precision : 0, 'precision' in right ? right.precision : 0);
  if (left.kind === 'TIME' || right.kind === 'TIME') return left.kind === right.kind ? { kind: 'TIME', precision, nullable } : null;
  if (left.kind === 'TIMESTAMP_LTZ' || right.kind === 'TIMESTAMP_LTZ') return { kind: 'TIMESTAMP_LTZ', precision, nullable };
  return { kind: 'TIMESTAMP', precision, nullable };
}

function commonNested(left: SqlType, right: SqlType, nullable: boolean): SqlType | null {
  if (left.kind === 'ROW' && right.kind === 'ROW') {
    if (left.fields.length !== right.fields.length) return null;
    const fields = [];
    for (let i = 0; i < left.fields.length; i++) {
      const type = commonOfTwo(left.fields[i].type, right.fields[i].type);
      if (type === null) return null;
      fields.push({ name: left.fields[i].name, type });
    }
    return { kind: 'ROW', fields, nullable };
  }
  if ((left.kind === 'ARRAY' || left.kind === 'MULTISET') && right.kind === left.kind) {
    const element = commonOfTwo(left.element, right.element);
    return element === null ? null : { kind: left.kind, element, nullable };
  }
  if (left.kind === 'MAP' && right.kind === 'MAP') {
    const key = commonOfTwo(left.key, right.key);
    const value = commonOfTwo(left.value, right.value);
    return key === null || value === null ? null : { kind: 'MAP', key, value, nullable };
  }
  return null;
}

/** Length of `a || b`: lengths add up, STRING stays STRING. */
export function concatenatedLength(lengths: readonly number[]): number {
  let sum = 0;
  for (const length of lengths) sum = Math.min(LENGTH_MAX, sum + length);
  return sum;
}
