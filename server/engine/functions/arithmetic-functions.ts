/**
 * The arithmetic operators. Integers wrap around as Java's do and fail on division by zero, DECIMALs follow decimal-types.ts and give
 * NULL on overflow, FLOAT and DOUBLE follow IEEE 754. Time points and intervals add by the calendar.
 */

import { addMonthsToDate, floorDivide, floorModulo, MS_PER_DAY } from '../types/calendar.ts';
import { commonType, withoutAttribute } from '../types/coercion.ts';
import { divideDecimals, fitOrNull, rescale } from '../types/decimal-arithmetic.ts';
import { type SqlType, timestampUnitsPerSecond, withNullability } from '../types/sql-type.ts';
import {
  asDecimal,
  decimalType,
  isApproximate,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isTimePoint,
} from '../types/type-families.ts';
import { FineTimestamp, type Value } from '../types/value.ts';
import { truncateDouble } from './cast.ts';
import { type BoundCall, DataError, type EvaluatedCall, type FunctionRefusal, type ScalarFunction } from './contract.ts';
import { type ArithmeticOperator, decimalResultType } from './decimal-types.ts';
import { refuseCall } from './define.ts';

function bindArithmetic(operator: ArithmeticOperator, target: ScalarFunction, args: readonly SqlType[]): BoundCall | FunctionRefusal {
  if (args.length === 1 && (operator === '+' || operator === '-')) {
    const type = args[0].kind === 'NULL' ? ({ kind: 'INT', nullable: true } as const) : args[0];
    if (!isNumeric(type) && !isInterval(type)) return refuseCall(target, args);
    return { argumentTypes: [type], type };
  }
  if (args.length !== 2) return refuseCall(target, args);
  let [left, right] = args.map(withoutAttribute);
  if (left.kind === 'NULL') left = withNullability(isTimePoint(right) ? { kind: 'INTERVAL_DAY_TIME', nullable: true } : right, true);
  if (right.kind === 'NULL') right = withNullability(isTimePoint(left) ? { kind: 'INTERVAL_DAY_TIME', nullable: true } : left, true);
  const nullable = left.nullable || right.nullable;
  if (isNumeric(left) && isNumeric(right)) return bindNumeric(operator, left, right, nullable);
  const bound = bindTemporal(operator, left, right, nullable);
  return bound ?? refuseCall(target, args);
}

function bindNumeric(operator: ArithmeticOperator, left: SqlType, right: SqlType, nullable: boolean): BoundCall {
  if (isExactNumeric(left) && isExactNumeric(right) && (left.kind === 'DECIMAL' || right.kind === 'DECIMAL')) {
    const type = decimalResultType(operator, left, right, nullable);
    return { argumentTypes: [toDecimal(left), toDecimal(right)], type };
  }
  const common = withNullability(commonType([left, right]) as SqlType, nullable);
  const argumentTypes = [withNullability(common, left.nullable), withNullability(common, right.nullable)];
  // As in Calcite, a remainder has the divisor's type: BIGINT % INT is INT.
  return { argumentTypes, type: operator === '%' && isInteger(common) ? withNullability(right, nullable) : common };
}

function toDecimal(type: SqlType): SqlType {
  const { precision, scale } = asDecimal(type);
  return decimalType(precision, scale, type.nullable);
}

function bindTemporal(operator: ArithmeticOperator, left: SqlType, right: SqlType, nullable: boolean): BoundCall | null {
  const bound = (type: SqlType, argumentTypes: readonly SqlType[] = [left, right]): BoundCall => ({
    argumentTypes,
    type: withNullability(type, nullable),
  });
  if (operator === '+' || operator === '-') {
    if (isTimePoint(left) && isInterval(right)) return left.kind === 'TIME' && right.kind === 'INTERVAL_YEAR_MONTH' ? null : bound(left);
    if (operator === '+' && isInterval(left) && isTimePoint(right))
      return right.kind === 'TIME' && left.kind === 'INTERVAL_YEAR_MONTH' ? null : bound(right);
    if (isInterval(left) && left.kind === right.kind) return bound(left);
    if (operator === '-' && isTimePoint(left) && isTimePoint(right)) {
      const common = commonType([left, right]);
      if (common === null) return null;
      return bound({ kind: 'INTERVAL_DAY_TIME', nullable }, [
        withNullability(common, left.nullable),
        withNullability(common, right.nullable),
      ]);
    }
    return null;
  }
  if (operator === '*') {
    if (isInterval(left) && isNumeric(right)) return bound(left, [left, factorType(right)]);
    if (isNumeric(left) && isInterval(right)) return bound(right, [factorType(left), right]);
  }
  if (operator === '/' && isInterval(left) && isNumeric(right)) return bound(left, [left, factorType(right)]);
  return null;
}

function factorType(type: SqlType): SqlType {
  return isApproximate(type) || type.kind === 'DECIMAL'
    ? { kind: 'DOUBLE', nullable: type.nullable }
    : { kind: 'BIGINT', nullable: type.nullable };
}

function evaluateArithmetic(operator: ArithmeticOperator, args: readonly Value[], call: EvaluatedCall): Value {
  const { type, argumentTypes } = call;
  if (args.length === 1) return operator === '-' ? negate(args[0], type) : args[0];
  if (operator === '%' && argumentTypes[0].kind === 'BIGINT') {
    const rest = bigintOperation('%', args[0] as bigint, args[1] as bigint);
    return type.kind === 'BIGINT' ? rest : Number(rest);
  }
  switch (type.kind) {
    case 'TINYINT':
      return (integerOperation(operator, args[0] as number, args[1] as number) << 24) >> 24;
    case 'SMALLINT':
      return (integerOperation(operator, args[0] as number, args[1] as number) << 16) >> 16;
    case 'INT':
      return integerOperation(operator, args[0] as number, args[1] as number);
    case 'BIGINT':
      return bigintOperation(operator, args[0] as bigint, args[1] as bigint);
    case 'FLOAT':
      return Math.fround(doubleOperation(operator, args[0] as number, args[1] as number));
    case 'DOUBLE':
      return doubleOperation(operator, args[0] as number, args[1] as number);
    case 'DECIMAL':
      return decimalOperation(operator, args[0] as bigint, args[1] as bigint, argumentTypes[0], argumentTypes[1], type);
    default:
      return temporalOperation(operator, args, argumentTypes, type);
  }
}

function negate(value: Value, type: SqlType): Value {
  switch (type.kind) {
    case 'TINYINT':
      return (-(value as number) << 24) >> 24;
    case 'SMALLINT':
      return (-(value as number) << 16) >> 16;
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return -(value as number) | 0;
    case 'FLOAT':
    case 'DOUBLE':
      return -(value as number);
    case 'DECIMAL':
      return -(value as bigint);
    default:
      return BigInt.asIntN(64, -(value as bigint));
  }
}

/** Java's int arithmetic. Throws DataError on division by zero. */
export function integerOperation(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return (a + b) | 0;
    case '-':
      return (a - b) | 0;
    case '*':
      return Math.imul(a, b);
    case '/':
      if (b === 0) throw divisionByZero();
      return (a / b) | 0;
    case '%':
      if (b === 0) throw divisionByZero();
      return (a % b) | 0;
  }
}

export function bigintOperation(operator: ArithmeticOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, a + b);
    case '-':
      return BigInt.asIntN(64, a - b);
    case '*':
      return BigInt.asIntN(64, a * b);
    case '/':
      if (b === 0n) throw divisionByZero();
      return BigInt.asIntN(64, a / b);
    case '%':
      if (b === 0n) throw divisionByZero();
      return a % b;
  }
}

function doubleOperation(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

export function divisionByZero(): DataError {
  return new DataError('Division by zero: the right operand of / or % is 0 (/ by zero)');
}

type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

function decimalOperation(
  operator: ArithmeticOperator,
  a: bigint,
  b: bigint,
  left: SqlType,
  right: SqlType,
  type: DecimalType,
): bigint | null {
  const sa = (left as DecimalType).scale;
  const sb = (right as DecimalType).scale;
  switch (operator) {
    case '+':
    case '-': {
      const scale = Math.max(sa, sb);
      const x = rescale(a, sa, scale);
      const y = rescale(b, sb, scale);
      return fitOrNull(rescale(operator === '+' ? x + y : x - y, scale, type.scale), type.precision);
    }
    case '*':
      return fitOrNull(rescale(a * b, sa + sb, type.scale), type.precision);
    case '/':
      if (b === 0n) throw divisionByZero();
      return fitOrNull(divideDecimals(a, sa, b, sb, type.scale), type.precision);
    case '%': {
      if (b === 0n) throw divisionByZero();
      const scale = Math.max(sa, sb);
      return fitOrNull(rescale(rescale(a, sa, scale) % rescale(b, sb, scale), scale, type.scale), type.precision);
    }
  }
}

function temporalOperation(operator: ArithmeticOperator, args: readonly Value[], types: readonly SqlType[], type: SqlType): Value {
  const [leftType, rightType] = types;
  if (operator === '*' || operator === '/') return scaleInterval(operator, args, leftType, type);
  if (isTimePoint(leftType) && isTimePoint(rightType)) return timeDifference(args[0], args[1], leftType);
  if (isInterval(leftType) && isTimePoint(rightType)) return addInterval(args[1], rightType, args[0], leftType, 1);
  if (isTimePoint(leftType)) return addInterval(args[0], leftType, args[1], rightType, operator === '+' ? 1 : -1);
  if (type.kind === 'INTERVAL_YEAR_MONTH') return integerOperation(operator, args[0] as number, args[1] as number);
  return bigintOperation(operator, args[0] as bigint, args[1] as bigint);
}

/** Both sides are of the same type. In ms. */
function timeDifference(left: Value, right: Value, type: SqlType): bigint {
  if (type.kind === 'DATE') return BigInt(((left as number) - (right as number)) * MS_PER_DAY);
  if (type.kind === 'TIME') return BigInt((left as number) - (right as number));
  return floorDivide((left as bigint) - (right as bigint), timestampUnitsPerSecond((type as { precision: number }).precision) / 1000n);
}

function scaleInterval(operator: '*' | '/', args: readonly Value[], leftType: SqlType, type: SqlType): Value {
  const [interval, factor] = isInterval(leftType) ? args : [args[1], args[0]];
  if (typeof factor === 'number') {
    if (operator === '/' && factor === 0) throw divisionByZero();
    const scaled = operator === '*' ? Number(interval) * factor : Number(interval) / factor;
    return truncateDouble(scaled, type.kind === 'INTERVAL_YEAR_MONTH' ? 'INT' : 'BIGINT');
  }
  const result = bigintOperation(operator, BigInt(interval as number | bigint), factor as bigint);
  return type.kind === 'INTERVAL_YEAR_MONTH' ? Number(BigInt.asIntN(32, result)) : result;
}

/** A time point plus `sign` times an interval. Months are added to the UTC date, also of a TIMESTAMP_LTZ, as Flink does. */
export function addInterval(point: Value, type: SqlType, interval: Value, intervalType: SqlType, sign: 1 | -1): Value {
  if (point instanceof FineTimestamp)
    return new FineTimestamp(addInterval(point.value, type, interval, intervalType, sign) as bigint, point.nanos);
  if (intervalType.kind === 'INTERVAL_YEAR_MONTH') {
    const months = (interval as number) * sign;
    if (type.kind === 'DATE') return addMonthsToDate(point as number, months);
    return addMonthsToTimestamp(point as bigint, (type as { precision: number }).precision, months);
  }
  const ms = sign === 1 ? (interval as bigint) : -(interval as bigint);
  if (type.kind === 'DATE') return ((point as number) + Number(ms / BigInt(MS_PER_DAY))) | 0;
  if (type.kind === 'TIME') return Number(floorModulo(BigInt(point as number) + ms, BigInt(MS_PER_DAY)));
  return BigInt.asIntN(64, (point as bigint) + ms * (timestampUnitsPerSecond((type as { precision: number }).precision) / 1000n));
}

export function addMonthsToTimestamp(value: bigint, precision: number, months: number): bigint {
  const unitsPerDay = timestampUnitsPerSecond(precision) * 86_400n;
  const days = floorDivide(value, unitsPerDay);
  return BigInt(addMonthsToDate(Number(days), months)) * unitsPerDay + (value - days * unitsPerDay);
}

function arithmetic(operator: ArithmeticOperator, aliases: readonly string[] = []): ScalarFunction {
  return {
    name: operator,
    aliases,
    isDeterministic: true,
    signature: operator === '+' || operator === '-' ? `a ${operator} b or ${operator}a` : `a ${operator} b`,
    bind(args) {
      return bindArithmetic(operator, this, args);
    },
    evaluate: (args, call) => evaluateArithmetic(operator, args, call),
  };
}

export const ARITHMETIC_FUNCTIONS: readonly ScalarFunction[] = [
  arithmetic('+'),
  arithmetic('-'),
  arithmetic('*'),
  arithmetic('/'),
  arithmetic('%', ['MOD']),
];
