/**
 * STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP from count, sum and sum of squares, in the arithmetic of the argument's type, as the rule does that
 * Flink plans them with (Calcite's AggregateReduceFunctionsRule): (sum(x²) - sum(x)² / n) / d, integers truncating and wrapping in their width.
 */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import { decimalToNumber, divideHalfUp, parseDecimal, powerOfTen, rescale } from '../../types/decimal-arithmetic.ts';
import type { SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import type { ValueFunction } from './value-function.ts';

const DOUBLE: SqlType = { kind: 'DOUBLE', nullable: false };
const LONG: SqlType = { kind: 'DECIMAL', precision: 38, scale: 0, nullable: true };
const WIDTHS: Readonly<Partial<Record<SqlType['kind'], number>>> = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 };

export function deviation(call: AggregateCall, argument: SqlType): ValueFunction {
  const isSample = call.function.endsWith('_SAMP');
  const isRoot = call.function.startsWith('STDDEV');
  const isApproximate = argument.kind === 'DOUBLE' || argument.kind === 'FLOAT';
  const exactOf = (value: Value): bigint => (typeof value === 'number' ? BigInt(value) : ((value as bigint | null) ?? 0n));
  const change = (accumulator: Value[], value: Value, sign: 1 | -1): void => {
    accumulator[0] = (accumulator[0] as number) + sign;
    if (isApproximate) {
      const number = value as number;
      accumulator[1] = (accumulator[1] as number) + sign * number;
      accumulator[2] = (accumulator[2] as number) + sign * number * number;
    } else {
      const exact = exactOf(value);
      accumulator[1] = exactOf(accumulator[1]) + BigInt(sign) * exact;
      accumulator[2] = exactOf(accumulator[2]) + BigInt(sign) * exact * exact;
    }
  };
  const sumType = isApproximate ? DOUBLE : LONG;
  return {
    state: { n: DOUBLE, sum: sumType, squares: sumType },
    skipsNulls: true,
    accumulate: (accumulator, [value]) => change(accumulator, value, 1),
    retract: (accumulator, [value]) => change(accumulator, value, -1),
    merge(own, [count, sum, squares]) {
      own[0] = (own[0] as number) + (count as number);
      own[1] = isApproximate ? (own[1] as number) + (sum as number) : exactOf(own[1]) + exactOf(sum);
      own[2] = isApproximate ? (own[2] as number) + (squares as number) : exactOf(own[2]) + exactOf(squares);
    },
    result([count, sum, squares]) {
      const n = count as number;
      const d = isSample ? n - 1 : n;
      if (n === 0 || d === 0) return null;
      if (isApproximate) {
        const variance = ((squares as number) - ((sum as number) * (sum as number)) / n) / d;
        return isRoot ? Math.sqrt(variance) : variance;
      }
      if (argument.kind === 'DECIMAL') return decimalResult(call.type, argument.scale, n, d, exactOf(sum), exactOf(squares), isRoot);
      return integerResult(call.type, WIDTHS[argument.kind] ?? 64, n, d, exactOf(sum), exactOf(squares), isRoot);
    },
  };
}

function integerResult(type: SqlType, width: number, n: number, d: number, sum: bigint, squares: bigint, isRoot: boolean): Value {
  const wrappedSum = BigInt.asIntN(width, sum);
  const variance = (BigInt.asIntN(width, squares) - BigInt.asIntN(width, wrappedSum * wrappedSum) / BigInt(n)) / BigInt(d);
  const result = isRoot ? Math.trunc(Math.sqrt(Number(variance))) : Number(variance);
  return type.kind === 'BIGINT' ? (isRoot ? BigInt(result) : variance) : result;
}

function decimalResult(type: SqlType, scale: number, n: number, d: number, sum: bigint, squares: bigint, isRoot: boolean): Value {
  if (type.kind !== 'DECIMAL') throw new Error('a deviation of decimals is a decimal');
  // (n * squares - sum²) / (n * d) at scale 2 * scale, brought to the scale of the result.
  const numerator = BigInt(n) * squares - sum * sum;
  const shifted = numerator * powerOfTen(Math.max(0, type.scale + 10 - 2 * scale));
  const variance = divideHalfUp(shifted, BigInt(n) * BigInt(d));
  const at = 2 * scale + Math.max(0, type.scale + 10 - 2 * scale);
  if (!isRoot) return rescale(variance, at, type.scale);
  const parsed = parseDecimal(String(Math.sqrt(decimalToNumber(variance, at))));
  if (parsed === null) throw new Error('a square root of a decimal is a number');
  return parsed.scale >= 0
    ? rescale(parsed.unscaled, parsed.scale, type.scale)
    : rescale(parsed.unscaled * powerOfTen(-parsed.scale), 0, type.scale);
}
