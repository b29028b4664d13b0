/** Casts that have an inline form: between bare lanes, DECIMALs to a finer scale, texts that need no cutting. */
import type { Expression } from '../planner/expression.ts';
import { powerOfTen } from '../types/decimal-arithmetic.ts';
import { LENGTH_MAX, type SqlType, timestampUnitsPerSecond } from '../types/sql-type.ts';
import { findTimeZone } from '../types/time-zone.ts';
import { asDecimal, integerRank, isInteger, isSameType, isText } from '../types/type-families.ts';
import type { Compiler } from './compiler.ts';
import { toPrim, toValue } from './conversions.ts';
import { mayBeFine } from './fine-timestamps.ts';
import type { PrimSlot, Slot } from './slots.ts';

type CastExpression = Extract<Expression, { kind: 'cast' }>;

export function inlineCast(compiler: Compiler, expression: CastExpression): Slot | null {
  const from = expression.arg.type;
  const to = expression.type;
  if (isSameType(from, to) && from.kind !== 'CHAR' && from.kind !== 'BINARY') return compiler.compile(expression.arg);
  if (from.kind === 'NULL') return compiler.literal(null, to);
  if (isText(from) && to.kind === 'VARCHAR' && (to.length === LENGTH_MAX || to.length >= (from as { length: number }).length))
    return compiler.compile(expression.arg);
  if (from.kind === 'BOOLEAN' && isInteger(to)) {
    const arg = compiler.prim(expression.arg);
    return to.kind === 'BIGINT' ? prim('i64', `(${arg.v} ? 1n : 0n)`, arg.n) : prim('i32', `(${arg.v} ? 1 : 0)`, arg.n);
  }
  if (isInteger(from)) return castInteger(compiler, expression, from, to);
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') return castApproximate(compiler, expression, to);
  if (from.kind === 'DECIMAL') return castDecimal(compiler, expression, from, to);
  if (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ') return castTimestamp(compiler, expression, from, to);
  return null;
}

function prim(lane: PrimSlot['lane'], v: string, n: string): PrimSlot {
  return { form: 'prim', lane, v, n };
}

function castInteger(compiler: Compiler, expression: CastExpression, from: SqlType, to: SqlType): Slot | null {
  const { emitter } = compiler;
  const isLong = from.kind === 'BIGINT';
  if (to.kind === 'BOOLEAN') {
    const arg = compiler.prim(expression.arg);
    return prim('bool', `(${arg.v} !== ${isLong ? '0n' : '0'})`, arg.n);
  }
  if (isInteger(to)) {
    const arg = compiler.prim(expression.arg);
    if (to.kind === 'BIGINT') return isLong ? arg : prim('i64', emitter.constant(`h.toInt64(${arg.v})`), arg.n);
    const int = isLong ? emitter.constant(`h.toInt32(${arg.v})`) : arg.v;
    if (to.kind === 'INT' || integerRank(to) >= integerRank(from)) return prim('i32', int, arg.n);
    const bits = to.kind === 'TINYINT' ? 24 : 16;
    return prim('i32', `((${int} << ${bits}) >> ${bits})`, arg.n);
  }
  if (to.kind === 'DOUBLE' || to.kind === 'FLOAT') {
    const arg = compiler.prim(expression.arg);
    const double = isLong ? `h.toDouble(${arg.v})` : arg.v;
    return prim('f64', emitter.constant(to.kind === 'FLOAT' ? `Math.fround(${double})` : double), arg.n);
  }
  if (to.kind !== 'DECIMAL' || to.precision - to.scale < asDecimal(from).precision) return null;
  const factor = `${powerOfTen(to.scale)}n`;
  if (to.precision <= 18) {
    const arg = compiler.prim(expression.arg);
    const long = isLong ? arg.v : emitter.constant(`h.toInt64(${arg.v})`);
    return prim('i64', to.scale === 0 ? long : `BigInt.asIntN(64, ${long} * ${factor})`, arg.n);
  }
  // Without new digits the number stays within 64 bits and needs no object yet.
  const arg = compiler.prim(expression.arg);
  const long = isLong ? arg.v : emitter.constant(`h.toInt64(${arg.v})`);
  if (to.scale === 0) return prim('i64', long, arg.n);
  return { form: 'value', v: emitter.constant(`${arg.n} ? null : ${long} * ${factor}`) };
}

function castApproximate(compiler: Compiler, expression: CastExpression, to: SqlType): Slot | null {
  if (to.kind === 'DOUBLE') return compiler.compile(expression.arg);
  if (to.kind === 'FLOAT') {
    const arg = compiler.prim(expression.arg);
    return prim('f64', compiler.emitter.constant(`Math.fround(${arg.v})`), arg.n);
  }
  if (to.kind !== 'INT') return null;
  const arg = compiler.prim(expression.arg);
  // Math.max and min saturate; | 0 drops the fraction and makes NaN 0.
  return prim('i32', `(Math.max(-2147483648, Math.min(2147483647, ${arg.v})) | 0)`, arg.n);
}

function castDecimal(
  compiler: Compiler,
  expression: CastExpression,
  from: Extract<SqlType, { kind: 'DECIMAL' }>,
  to: SqlType,
): Slot | null {
  const { emitter } = compiler;
  if (to.kind === 'DOUBLE' && from.precision <= 15) {
    const arg = compiler.prim(expression.arg);
    const double = `h.toDouble(${arg.v})`;
    return prim('f64', emitter.constant(from.scale === 0 ? double : `${double} / ${10 ** from.scale}`), arg.n);
  }
  if (to.kind !== 'DECIMAL' || to.scale < from.scale || to.precision - to.scale < from.precision - from.scale) return null;
  const factor = `${powerOfTen(to.scale - from.scale)}n`;
  if (to.precision <= 18) {
    const arg = compiler.prim(expression.arg);
    return prim('i64', to.scale === from.scale ? arg.v : `BigInt.asIntN(64, ${arg.v} * ${factor})`, arg.n);
  }
  const value = toValue(emitter, compiler.compile(expression.arg), from).v;
  if (to.scale === from.scale) return { form: 'value', v: value };
  return { form: 'value', v: emitter.constant(`${value} === null ? null : ${value} * ${factor}`) };
}

function castTimestamp(
  compiler: Compiler,
  expression: CastExpression,
  from: Extract<SqlType, { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }>,
  to: SqlType,
): Slot | null {
  if (to.kind !== 'TIMESTAMP' && to.kind !== 'TIMESTAMP_LTZ') return null;
  if (to.precision < from.precision || mayBeFine(expression.arg)) return null;
  if (from.kind !== to.kind) {
    // Without an offset the local time and the instant are the same number.
    const zone = findTimeZone(compiler.context.timeZone);
    if (zone === null || !/^(UTC|GMT|Z|Etc\/UTC)$/.test(zone.id)) return null;
  }
  const factor = timestampUnitsPerSecond(to.precision) / timestampUnitsPerSecond(from.precision);
  if (factor === 1n) return compiler.compile(expression.arg);
  const arg = toPrim(compiler.emitter, compiler.compile(expression.arg), from);
  return prim('i64', `BigInt.asIntN(64, ${arg.v} * ${factor}n)`, arg.n);
}
