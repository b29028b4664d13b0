/** Inline + - * / %: integers, doubles, DECIMALs and times with day-time intervals. Months and the rest go by `evaluate`. */

import { powerOfTen } from '../types/decimal-arithmetic.ts';
import { type SqlType, timestampUnitsPerSecond } from '../types/sql-type.ts';
import { DECIMAL_PRECISION_MAX, isInterval, isTimestamp } from '../types/type-families.ts';
import type { Compiler } from './compiler.ts';
import type { CallExpression } from './interpreter.ts';
import { eitherNull, type PrimSlot, type Slot } from './slots.ts';

export function inlineArithmetic(compiler: Compiler, call: CallExpression): Slot | null {
  const { type } = call;
  if (call.args.length === 1) return negation(compiler, call);
  switch (type.kind) {
    case 'TINYINT':
      return int32(compiler, call, 24);
    case 'SMALLINT':
      return int32(compiler, call, 16);
    case 'INT':
      return int32(compiler, call, 0);
    case 'BIGINT':
      return int64(compiler, call);
    case 'FLOAT':
    case 'DOUBLE': {
      const [a, b] = call.args.map((arg) => compiler.prim(arg));
      const result = `${a.v} ${call.function} ${b.v}`;
      return {
        form: 'prim',
        lane: 'f64',
        v: compiler.emitter.constant(type.kind === 'FLOAT' ? `Math.fround(${result})` : result),
        n: eitherNull(a.n, b.n),
      };
    }
    case 'DECIMAL':
      return decimal(compiler, call, type);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampPlusInterval(compiler, call, type.precision);
    case 'INTERVAL_DAY_TIME':
      if ((call.function === '+' || call.function === '-') && call.args.every((arg) => arg.type.kind === 'INTERVAL_DAY_TIME'))
        return int64(compiler, call);
      return null;
    default:
      return null;
  }
}

function negation(compiler: Compiler, call: CallExpression): Slot | null {
  if (call.function === '+') return compiler.compile(call.args[0]);
  const { type } = call;
  if (type.kind === 'DECIMAL' && type.precision > 18) return null;
  const arg = compiler.prim(call.args[0]);
  switch (type.kind) {
    case 'INT':
      return { ...arg, v: `(-${arg.v} | 0)` };
    case 'BIGINT':
    case 'DECIMAL':
    case 'INTERVAL_DAY_TIME':
      return { ...arg, v: `BigInt.asIntN(64, -${arg.v})` };
    case 'FLOAT':
    case 'DOUBLE':
      return { ...arg, v: `(-${arg.v})` };
    default:
      return null;
  }
}

/** Wraps to 32 - `unused` bits. */
function int32(compiler: Compiler, call: CallExpression, unused: number): Slot | null {
  const { emitter } = compiler;
  if (call.args[0].type.kind === 'BIGINT') {
    // BIGINT % INT: the remainder fits the divisor's type.
    const long = int64(compiler, call);
    return long === null ? null : { form: 'prim', lane: 'i32', v: emitter.constant(`h.toInt32(${long.v})`), n: long.n };
  }
  const [a, b] = call.args.map((arg) => compiler.prim(arg));
  const n = eitherNull(a.n, b.n);
  let result: string;
  switch (call.function) {
    case '+':
    case '-':
      result = `(${a.v} ${call.function} ${b.v}) | 0`;
      break;
    case '*':
      result = `Math.imul(${a.v}, ${b.v})`;
      break;
    default:
      result = `(${a.v} ${call.function} ${divisor(compiler, b, n, '0', '1')}) | 0`;
  }
  return { form: 'prim', lane: 'i32', v: emitter.constant(unused === 0 ? result : `((${result}) << ${unused}) >> ${unused}`), n };
}

function int64(compiler: Compiler, call: CallExpression): PrimSlot {
  const [a, b] = call.args.map((arg) => compiler.prim(arg));
  const n = eitherNull(a.n, b.n);
  const right = call.function === '/' || call.function === '%' ? divisor(compiler, b, n, '0n', '1n') : b.v;
  return { form: 'prim', lane: 'i64', v: compiler.emitter.constant(`BigInt.asIntN(64, ${a.v} ${call.function} ${right})`), n };
}

/** The divisor, once it is known not to be zero: fails for a zero in a row without NULL, uses one in its place otherwise. */
function divisor(compiler: Compiler, slot: PrimSlot, n: string, zero: string, one: string): string {
  const { emitter } = compiler;
  if (/^\(?-?\d+n?\)?$/.test(slot.v) && !/^\(?-?0+n?\)?$/.test(slot.v)) return slot.v;
  const name = emitter.variable(slot.v);
  emitter.emit(`if (${name} === ${zero}) { if (!(${n})) h.failDivision(); ${name} = ${one}; }`);
  return name;
}

type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

/** + - * % where the result type holds every result exactly; division and capped types go by `evaluate`. */
function decimal(compiler: Compiler, call: CallExpression, type: DecimalType): Slot | null {
  const [left, right] = call.args.map((arg) => arg.type as DecimalType);
  const scale = call.function === '*' ? left.scale + right.scale : Math.max(left.scale, right.scale);
  const digits = Math.max(left.precision - left.scale, right.precision - right.scale);
  const needed = call.function === '*' ? left.precision + right.precision : digits + scale + 1;
  if (call.function === '/' || call.function === '%' || type.scale !== scale || type.precision < needed || needed > DECIMAL_PRECISION_MAX)
    return null;
  const factorOf = (own: DecimalType) => (call.function === '*' ? 1n : powerOfTen(scale - own.scale));
  if (type.precision <= 18) {
    const [a, b] = call.args.map((arg) => compiler.prim(arg));
    const scaled = (slot: PrimSlot, factor: bigint) => (factor === 1n ? slot.v : `BigInt.asIntN(64, ${slot.v} * ${factor}n)`);
    const v = compiler.emitter.constant(`BigInt.asIntN(64, ${scaled(a, factorOf(left))} ${call.function} ${scaled(b, factorOf(right))})`);
    return { form: 'prim', lane: 'i64', v, n: eitherNull(a.n, b.n) };
  }
  const { emitter } = compiler;
  const operand = (index: number, own: DecimalType) => {
    const slot = compiler.compile(call.args[index]);
    const v = slot.form === 'bytes' ? '' : slot.v;
    const n = slot.form === 'prim' ? slot.n : `${v} === null`;
    const factor = factorOf(own);
    return { v: factor === 1n ? v : `${v} * ${factor}n`, n };
  };
  const [a, b] = [operand(0, left), operand(1, right)];
  const n = eitherNull(a.n, b.n);
  const result = `${a.v} ${call.function} ${b.v}`;
  return { form: 'value', v: emitter.constant(n === 'false' ? result : n === 'true' ? 'null' : `${n} ? null : ${result}`) };
}

function timestampPlusInterval(compiler: Compiler, call: CallExpression, precision: number): Slot | null {
  const [left, right] = call.args;
  const [point, interval] = isInterval(left.type) ? [right, left] : [left, right];
  if (!isTimestamp(point.type) || interval.type.kind !== 'INTERVAL_DAY_TIME') return null;
  const [a, b] = [compiler.prim(point), compiler.prim(interval)];
  const units = timestampUnitsPerSecond(precision) / 1000n;
  const ms = units === 1n ? b.v : `BigInt.asIntN(64, ${b.v} * ${units}n)`;
  return {
    form: 'prim',
    lane: 'i64',
    v: compiler.emitter.constant(`BigInt.asIntN(64, ${a.v} ${call.function} ${ms})`),
    n: eitherNull(a.n, b.n),
  };
}
