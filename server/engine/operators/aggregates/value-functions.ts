/** Aggregate functions over values (value-function.ts): decimals, texts, lists, first and last, deviations, percentiles. Semantics: Flink's runtime functions. */
import { DataError } from '../../functions/contract.ts';
import type { AggregateCall } from '../../planner/physical-plan.ts';
import { compareValues, valuesEqual } from '../../types/compare-values.ts';
import { divideDecimals, fitOrNull } from '../../types/decimal-arithmetic.ts';
import { type SqlType, withNullability } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, type Value } from '../../types/value.ts';
import type { ValueFunction } from './value-function.ts';

const DOUBLE: SqlType = { kind: 'DOUBLE', nullable: false };
const BOOLEAN: SqlType = { kind: 'BOOLEAN', nullable: false };

const listOf = (element: SqlType): SqlType => ({ kind: 'ARRAY', element: withNullability(element, true), nullable: true });
const elementsOf = (value: Value): readonly Value[] => (value === null ? [] : (value as ArrayValue).elements);

/** SUM, SUM0 and AVG of DECIMAL: exact; NULL when the result does not fit its type. */
export function decimalSum(call: AggregateCall, argument: SqlType): ValueFunction {
  const type = call.type;
  if (type.kind !== 'DECIMAL' || argument.kind !== 'DECIMAL') throw new Error('a decimal sum needs decimal types');
  const { scale } = argument;
  const result = (sum: bigint, count: number): bigint | null =>
    fitOrNull(call.function === 'AVG' ? divideDecimals(sum, scale, BigInt(count), 0, type.scale) : sum, type.precision);
  return {
    // The widest decimal: its lane is `obj`, so that no intermediate sum overflows.
    state: { sum: { kind: 'DECIMAL', precision: 38, scale, nullable: true }, n: DOUBLE },
    skipsNulls: true,
    accumulate(accumulator, [value]) {
      accumulator[0] = ((accumulator[0] as bigint | null) ?? 0n) + (value as bigint);
      accumulator[1] = (accumulator[1] as number) + 1;
    },
    retract(accumulator, [value]) {
      accumulator[0] = ((accumulator[0] as bigint | null) ?? 0n) - (value as bigint);
      accumulator[1] = (accumulator[1] as number) - 1;
    },
    merge(own, [sum, count]) {
      own[0] = ((own[0] as bigint | null) ?? 0n) + ((sum as bigint | null) ?? 0n);
      own[1] = (own[1] as number) + (count as number);
    },
    result([sum, count]) {
      if (count === 0) return call.function === 'SUM0' ? 0n : null;
      return result((sum as bigint | null) ?? 0n, count as number);
    },
  };
}

/** MIN and MAX of texts, bytes and long decimals; the input only grows. */
export function valueExtreme(call: AggregateCall): ValueFunction {
  const sign = call.function === 'MAX' ? 1 : -1;
  const take = (accumulator: Value[], value: Value): void => {
    if (accumulator[1] === true && compareValues(value, accumulator[0]) * sign <= 0) return;
    accumulator[0] = value;
    accumulator[1] = true;
  };
  return {
    state: { value: withNullability(call.type, true), has: BOOLEAN },
    skipsNulls: true,
    accumulate: (accumulator, [value]) => take(accumulator, value),
    retract: refuseRetraction,
    merge(own, [value, has]) {
      if (has === true) take(own, value);
    },
    result: ([value, has]) => (has === true ? value : null),
  };
}

function refuseRetraction(): never {
  throw new Error('this aggregate takes nothing back');
}

/** FIRST_VALUE and LAST_VALUE over an input that only grows; NULLs are passed over. */
export function edgeValue(call: AggregateCall): ValueFunction {
  const isFirst = call.function === 'FIRST_VALUE';
  const take = (accumulator: Value[], value: Value): void => {
    if (isFirst && accumulator[1] === true) return;
    accumulator[0] = value;
    accumulator[1] = true;
  };
  return {
    state: { value: withNullability(call.type, true), has: BOOLEAN },
    skipsNulls: true,
    accumulate: (accumulator, [value]) => take(accumulator, value),
    retract: refuseRetraction,
    merge(own, [value, has]) {
      if (has === true) take(own, value);
    },
    result: ([value, has]) => (has === true ? value : null),
  };
}

/** All values in order of arrival; taking one back removes the first that equals it. `finish` makes the result of them. */
function listFunction(element: SqlType, skipsNulls: boolean, finish: (elements: readonly Value[]) => Value): ValueFunction {
  return {
    state: { list: listOf(element) },
    skipsNulls,
    accumulate(accumulator, [value]) {
      accumulator[0] = new ArrayValue([...elementsOf(accumulator[0]), value]);
    },
    retract(accumulator, [value]) {
      const elements = elementsOf(accumulator[0]);
      const at = elements.findIndex((other) => valuesEqual(other, value));
      if (at !== -1) accumulator[0] = new ArrayValue(elements.filter((_, index) => index !== at));
    },
    merge(own, [list]) {
      own[0] = new ArrayValue([...elementsOf(own[0]), ...elementsOf(list)]);
    },
    result: ([list]) => finish(elementsOf(list)),
  };
}

export function retractableEdgeValue(call: AggregateCall, argument: SqlType): ValueFunction {
  const isFirst = call.function === 'FIRST_VALUE';
  return listFunction(argument, true, (elements) => elements.at(isFirst ? 0 : -1) ?? null);
}

export function arrayAggregate(argument: SqlType): ValueFunction {
  return listFunction(argument, false, (elements) => (elements.length === 0 ? null : new ArrayValue(elements)));
}

/** The one value of a scalar subquery. */
export function singleValue(argument: SqlType): ValueFunction {
  return listFunction(argument, false, (elements) => {
    if (elements.length > 1) throw new DataError('A scalar subquery gave more than one row.');
    return elements[0] ?? null;
  });
}

function separatorOf(call: AggregateCall): string {
  return typeof call.options?.separator === 'string' ? call.options.separator : ',';
}

export function retractableListagg(call: AggregateCall, argument: SqlType): ValueFunction {
  const separator = separatorOf(call);
  return listFunction(argument, true, (elements) => (elements.length === 0 ? null : elements.join(separator)));
}

export function listagg(call: AggregateCall): ValueFunction {
  const separator = separatorOf(call);
  const add = (accumulator: Value[], text: Value): void => {
    accumulator[0] = accumulator[0] === null ? text : `${accumulator[0] as string}${separator}${text as string}`;
  };
  return {
    state: { text: withNullability(call.type, true) },
    skipsNulls: true,
    accumulate: (accumulator, [text]) => add(accumulator, text),
    retract: refuseRetraction,
    merge(own, [text]) {
      if (text !== null) add(own, text);
    },
    result: ([text]) => text,
  };
}

/** COLLECT: a MULTISET of the values that are not NULL. */
export function collect(argument: SqlType): ValueFunction {
  const change = (accumulator: Value[], value: Value, by: number): void => {
    const entries = accumulator[0] === null ? [] : [...(accumulator[0] as MapValue).entries];
    const at = entries.findIndex(([key]) => valuesEqual(key, value));
    const count = (at === -1 ? 0 : (entries[at][1] as number)) + by;
    if (at === -1) entries.push([value, count]);
    else entries[at] = [value, count];
    accumulator[0] = new MapValue(entries.filter(([, n]) => n !== 0));
  };
  return {
    state: { values: { kind: 'MULTISET', element: withNullability(argument, true), nullable: true } },
    skipsNulls: true,
    accumulate: (accumulator, [value]) => change(accumulator, value, 1),
    retract: (accumulator, [value]) => change(accumulator, value, -1),
    merge(own, [values]) {
      for (const [value, count] of values === null ? [] : (values as MapValue).entries) change(own, value, count as number);
    },
    result: ([values]) => values ?? new MapValue([]),
  };
}

/** PERCENTILE(value, at[, frequency]): linear interpolation between the neighbours of rank at * (n - 1). The values are kept sorted, with counts. */
export function percentile(call: AggregateCall, percentages: SqlType): ValueFunction {
  const pair = (value: number, count: number): Value => new ArrayValue([value, count]);
  const change = (accumulator: Value[], value: number, by: number): void => {
    const elements = [...elementsOf(accumulator[0])] as ArrayValue[];
    let at = 0;
    while (at < elements.length && compareValues(elements[at].elements[0], value) < 0) at++;
    const isHeld = at < elements.length && compareValues(elements[at].elements[0], value) === 0;
    const count = (isHeld ? (elements[at].elements[1] as number) : 0) + by;
    elements.splice(at, isHeld ? 1 : 0, ...(count === 0 ? [] : [pair(value, count) as ArrayValue]));
    accumulator[0] = new ArrayValue(elements);
  };
  const frequencyOf = (args: readonly Value[]): number => (args.length > 2 ? Number(args[2] as bigint) : 1);
  return {
    state: { values: listOf({ kind: 'ARRAY', element: DOUBLE, nullable: true }), at: withNullability(percentages, true) },
    skipsNulls: true,
    accumulate(accumulator, args) {
      accumulator[1] = args[1];
      if (frequencyOf(args) > 0) change(accumulator, args[0] as number, frequencyOf(args));
    },
    retract(accumulator, args) {
      if (frequencyOf(args) > 0) change(accumulator, args[0] as number, -frequencyOf(args));
    },
    merge(own, [values, at]) {
      own[1] = own[1] ?? at;
      for (const element of elementsOf(values)) {
        const [value, count] = (element as ArrayValue).elements;
        change(own, value as number, count as number);
      }
    },
    result([values, at]) {
      const sorted = elementsOf(values).map((element) => (element as ArrayValue).elements as readonly [number, number]);
      if (sorted.length === 0 || at === null) return null;
      if (call.type.kind !== 'ARRAY') return percentileOf(sorted, at as number);
      return new ArrayValue(elementsOf(at).map((one) => percentileOf(sorted, one as number)));
    },
  };
}

function percentileOf(sorted: readonly (readonly [number, number])[], at: number): number {
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const position = (total - 1) * at;
  const lower = valueOfRank(sorted, Math.floor(position));
  const higher = valueOfRank(sorted, Math.ceil(position));
  if (lower === higher) return lower;
  return (Math.ceil(position) - position) * lower + (position - Math.floor(position)) * higher;
}

function valueOfRank(sorted: readonly (readonly [number, number])[], rank: number): number {
  let passed = 0;
  for (const [value, count] of sorted) {
    passed += count;
    if (rank < passed) return value;
  }
  return sorted[sorted.length - 1][0];
}
