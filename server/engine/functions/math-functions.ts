/** Numeric functions. FLOOR and CEIL also round times: see time-functions.ts, where `unit` is in the call's options. */
import { decimalToNumber, divideHalfUp, fitOrNull, powerOfTen, rescale } from '../types/decimal-arithmetic.ts';
import type { SqlType } from '../types/sql-type.ts';
import { decimalType, isApproximate, isInteger } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import type { EvaluatedCall, FunctionContext, ScalarFunction } from './contract.ts';
import { bigint, DOUBLE, define, double, INT, int, numeric, STRING } from './define.ts';

type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

function real(name: string, compute: (value: number) => number, aliases: readonly string[] = []): ScalarFunction {
  return define({
    name,
    aliases,
    signature: `${name}(number)`,
    parameters: [double],
    result: DOUBLE,
    evaluate: ([value]) => compute(value as number),
  });
}

function absolute(value: Value, type: SqlType): Value {
  if (typeof value === 'bigint') return value >= 0n ? value : type.kind === 'DECIMAL' ? -value : BigInt.asIntN(64, -value);
  const magnitude = Math.abs(value as number);
  if (type.kind === 'TINYINT') return (magnitude << 24) >> 24;
  if (type.kind === 'SMALLINT') return (magnitude << 16) >> 16;
  return type.kind === 'INT' ? magnitude | 0 : magnitude;
}

function sign(value: Value, type: SqlType): Value {
  if (type.kind === 'DECIMAL') {
    const one = powerOfTen(type.scale);
    return (value as bigint) > 0n ? one : (value as bigint) < 0n ? -one : 0n;
  }
  if (typeof value === 'bigint') return value > 0n ? 1n : value < 0n ? -1n : 0n;
  return Math.sign(value as number);
}

/** ROUND to `digits` after the point (before it when negative), HALF_UP. */
function round(value: Value, digits: number, type: SqlType, resultType: SqlType, isTruncating: boolean): Value {
  if (type.kind === 'DECIMAL') {
    const kept = Math.min(digits, type.scale);
    const unit = powerOfTen(type.scale - kept);
    const whole = isTruncating ? (value as bigint) / unit : divideHalfUp(value as bigint, unit);
    const target = (resultType as DecimalType).scale;
    return fitOrNull(kept < 0 ? whole * powerOfTen(target - kept) : rescale(whole, kept, target), (resultType as DecimalType).precision);
  }
  if (isInteger(type)) {
    if (digits >= 0) return value;
    const unit = powerOfTen(-digits);
    const exact = BigInt(value as number | bigint);
    const rounded = (isTruncating ? exact / unit : divideHalfUp(exact, unit)) * unit;
    return typeof value === 'bigint' ? BigInt.asIntN(64, rounded) : Number(BigInt.asIntN(32, rounded));
  }
  if (!Number.isFinite(value) || digits > 300) return value;
  return roundDecimalText(value as number, digits, isTruncating);
}

/** Rounds the shortest decimal form, as BigDecimal.valueOf(double).setScale does. */
function roundDecimalText(value: number, digits: number, isTruncating: boolean): number {
  const [mantissa, exponent = '0'] = value.toString().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  if (scale <= digits) return value;
  const unscaled = BigInt(whole + fraction);
  const unit = powerOfTen(scale - digits);
  const kept = isTruncating ? unscaled / unit : divideHalfUp(unscaled, unit);
  return digits >= 0 ? decimalToNumber(kept, digits) : Number(kept * powerOfTen(-digits));
}

/** ROUND and TRUNCATE of a DECIMAL(p, s) to n digits: DECIMAL(p - s + n + 1, n) for ROUND. */
function roundType(isTruncating: boolean) {
  return (args: readonly SqlType[], literals: readonly (Value | undefined)[]): SqlType => {
    const [type] = args;
    if (type.kind !== 'DECIMAL') return type;
    const digits = args.length < 2 ? 0 : literals[1];
    if (typeof digits !== 'number') return type;
    const scale = Math.max(0, Math.min(digits, type.scale));
    if (scale === type.scale) return type;
    const whole = type.precision - type.scale + (isTruncating ? 0 : 1);
    return decimalType(Math.max(1, Math.min(38, whole + scale)), scale, true);
  };
}

function rounding(name: string, isTruncating: boolean): ScalarFunction {
  return define({
    name,
    signature: `${name}(number[, digits])`,
    parameters: [numeric, int],
    optional: 1,
    result: roundType(isTruncating),
    evaluate: ([value, digits], call) => round(value, (digits ?? 0) as number, call.argumentTypes[0], call.type, isTruncating),
  });
}

/** FLOOR and CEIL of a number; DECIMAL(p, s) becomes DECIMAL(p, 0). */
export function roundToWhole(value: Value, call: EvaluatedCall, isFloor: boolean): Value {
  const [type] = call.argumentTypes;
  if (type.kind === 'DECIMAL') {
    const unit = powerOfTen(type.scale);
    const whole = (value as bigint) / unit;
    const rest = (value as bigint) % unit;
    return isFloor ? (rest < 0n ? whole - 1n : whole) : rest > 0n ? whole + 1n : whole;
  }
  if (!isApproximate(type)) return value;
  return isFloor ? Math.floor(value as number) : Math.ceil(value as number);
}

function logarithm(args: readonly Value[]): number {
  if (args.length === 1) return Math.log(args[0] as number);
  return Math.log(args[1] as number) / Math.log(args[0] as number);
}

/** Java's Math.log and its like give NaN below zero and -Infinity at zero, as JavaScript's do. */
export const MATH_FUNCTIONS: readonly ScalarFunction[] = [
  define({
    name: 'ABS',
    signature: 'ABS(number)',
    parameters: [numeric],
    result: ([type]) => type,
    evaluate: ([value], call) => absolute(value, call.type),
  }),
  define({
    name: 'SIGN',
    signature: 'SIGN(number)',
    parameters: [numeric],
    result: ([type]) => type,
    evaluate: ([value], call) => sign(value, call.type),
  }),
  rounding('ROUND', false),
  rounding('TRUNCATE', true),
  define({
    name: 'POWER',
    aliases: ['POW'],
    signature: 'POWER(number, exponent)',
    parameters: [double, double],
    result: DOUBLE,
    evaluate: ([value, exponent]) => (value as number) ** (exponent as number),
  }),
  real('SQRT', Math.sqrt),
  real('EXP', Math.exp),
  real('LN', Math.log),
  real('LOG10', Math.log10),
  real('LOG2', Math.log2),
  define({
    name: 'LOG',
    signature: 'LOG([base, ]number)',
    parameters: [double, double],
    optional: 1,
    result: DOUBLE,
    evaluate: logarithm,
  }),
  real('SIN', Math.sin),
  real('COS', Math.cos),
  real('TAN', Math.tan),
  real('COT', (value) => 1 / Math.tan(value)),
  real('ASIN', Math.asin),
  real('ACOS', Math.acos),
  real('ATAN', Math.atan),
  real('SINH', Math.sinh),
  real('COSH', Math.cosh),
  real('TANH', Math.tanh),
  define({
    name: 'ATAN2',
    signature: 'ATAN2(y, x)',
    parameters: [double, double],
    result: DOUBLE,
    evaluate: ([y, x]) => Math.atan2(y as number, x as number),
  }),
  real('DEGREES', (value) => (value * 180) / Math.PI),
  real('RADIANS', (value) => (value / 180) * Math.PI),
  define({ name: 'PI', signature: 'PI()', parameters: [], result: DOUBLE, evaluate: () => Math.PI }),
  define({ name: 'E', signature: 'E()', parameters: [], result: DOUBLE, evaluate: () => Math.E }),
  define({
    name: 'RAND',
    signature: 'RAND([seed])',
    parameters: [int],
    optional: 1,
    result: DOUBLE,
    isDeterministic: false,
    evaluate: (_args, _call, context) => context.random(),
  }),
  define({
    name: 'RAND_INTEGER',
    signature: 'RAND_INTEGER([seed, ]bound)',
    parameters: [int, int],
    optional: 1,
    result: INT,
    isDeterministic: false,
    evaluate: (args, _call, context) => Math.floor(context.random() * (args[args.length - 1] as number)),
  }),
  define({
    name: 'UUID',
    signature: 'UUID()',
    parameters: [],
    result: STRING,
    isDeterministic: false,
    evaluate: (_args, _call, context) => uuid(context),
  }),
  define({
    name: 'BIN',
    signature: 'BIN(integer)',
    parameters: [bigint],
    result: STRING,
    evaluate: ([value]) => BigInt.asUintN(64, value as bigint).toString(2),
  }),
];

/** Version 4, from the context's randomness. */
function uuid(context: FunctionContext): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(context.random() * 16).toString(16));
  hex[12] = '4';
  hex[16] = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16);
  const text = hex.join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}
