/**
 * Aggregates that keep everything in their own accumulator where others use a table below the key: for sessions, whose records merge. DISTINCT and
 * retracting MIN/MAX keep the values with their counts and compute the result from these.
 */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import { compareValues, valuesEqual } from '../../types/compare-values.ts';
import { laneOf, type SqlType, withNullability } from '../../types/sql-type.ts';
import { ArrayValue, RowValue, type Value } from '../../types/value.ts';
import type { ValueFunction } from './value-function.ts';

const DOUBLE: SqlType = { kind: 'DOUBLE', nullable: false };
const BIGINT: SqlType = { kind: 'BIGINT', nullable: false };

/** COUNT, and SUM, SUM0, AVG of numbers that are no DECIMAL, over values. */
export function plainFunction(call: AggregateCall): ValueFunction {
  if (call.function === 'COUNT' || call.function === 'COUNT_STAR') {
    return {
      state: { n: BIGINT },
      skipsNulls: true,
      accumulate(accumulator) {
        accumulator[0] = (accumulator[0] as bigint) + 1n;
      },
      retract(accumulator) {
        accumulator[0] = (accumulator[0] as bigint) - 1n;
      },
      merge(own, [n]) {
        own[0] = (own[0] as bigint) + (n as bigint);
      },
      result: ([n]) => n,
    };
  }
  const isWide = laneOf(call.type) === 'i64';
  const isApproximate = laneOf(call.type) === 'f64';
  const add = (accumulator: Value[], value: Value, sign: 1 | -1): void => {
    accumulator[0] = isApproximate
      ? (accumulator[0] as number) + sign * (value as number)
      : BigInt.asIntN(64, (accumulator[0] as bigint) + BigInt(sign) * BigInt(value as bigint | number));
    accumulator[1] = (accumulator[1] as number) + sign;
  };
  return {
    state: { sum: isApproximate ? DOUBLE : BIGINT, n: DOUBLE },
    skipsNulls: true,
    accumulate: (accumulator, [value]) => add(accumulator, value, 1),
    retract: (accumulator, [value]) => add(accumulator, value, -1),
    merge(own, [sum, n]) {
      own[0] = isApproximate ? (own[0] as number) + (sum as number) : BigInt.asIntN(64, (own[0] as bigint) + (sum as bigint));
      own[1] = (own[1] as number) + (n as number);
    },
    result([sum, n]) {
      if (n === 0 && call.function !== 'SUM0') return null;
      const isAverage = call.function === 'AVG';
      if (isApproximate) return isAverage ? (sum as number) / (n as number) : sum;
      const exact = isAverage ? (sum as bigint) / BigInt(n as number) : (sum as bigint);
      return isWide ? exact : Number(BigInt.asIntN(32, exact));
    },
  };
}

type Entry = readonly [RowValue, number];

function entriesOf(value: Value): Entry[] {
  return value === null ? [] : (value as ArrayValue).elements.map((entry) => (entry as RowValue).fields as unknown as Entry);
}

function changeCount(entries: readonly Entry[], args: RowValue, by: number): Entry[] {
  const at = entries.findIndex(([other]) => valuesEqual(other, args));
  const count = (at === -1 ? 0 : entries[at][1]) + by;
  const entry: Entry = [args, count];
  const changed = at === -1 ? [...entries, entry] : entries.map((old, index) => (index === at ? entry : old));
  return changed.filter(([, n]) => n !== 0);
}

/** Keeps argument tuples with their counts; `finish` computes the result from those that have rows. */
function countedValues(
  types: readonly SqlType[],
  skipsNulls: boolean,
  finish: (values: readonly (readonly Value[])[]) => Value,
): ValueFunction {
  const tuple: SqlType = {
    kind: 'ROW',
    fields: types.map((type, index) => ({ name: `v${index}`, type: withNullability(type, true) })),
    nullable: true,
  };
  const entry: SqlType = {
    kind: 'ROW',
    fields: [
      { name: 'values', type: tuple },
      { name: 'n', type: DOUBLE },
    ],
    nullable: true,
  };
  const pack = (entries: readonly Entry[]): Value => new ArrayValue(entries.map(([values, n]) => new RowValue([values, n])));
  return {
    state: { counted: { kind: 'ARRAY', element: entry, nullable: true } },
    skipsNulls,
    accumulate(accumulator, args) {
      accumulator[0] = pack(changeCount(entriesOf(accumulator[0]), new RowValue(args), 1));
    },
    retract(accumulator, args) {
      accumulator[0] = pack(changeCount(entriesOf(accumulator[0]), new RowValue(args), -1));
    },
    merge(own, [counted]) {
      let entries = entriesOf(own[0]);
      for (const [values, n] of entriesOf(counted)) entries = changeCount(entries, values, n);
      own[0] = pack(entries);
    },
    result: ([counted]) =>
      finish(
        entriesOf(counted)
          .filter(([, n]) => n > 0)
          .map(([values]) => values.fields),
      ),
  };
}

/** DISTINCT over an aggregate of values. */
export function distinctFunction(inner: ValueFunction, empty: () => Value[], types: readonly SqlType[]): ValueFunction {
  return countedValues(types, inner.skipsNulls, (values) => {
    const accumulator = empty();
    for (const args of values) inner.accumulate(accumulator, args);
    return inner.result(accumulator);
  });
}

/** MIN and MAX over rows that may be taken back. */
export function countedExtreme(call: AggregateCall, type: SqlType): ValueFunction {
  const sign = call.function === 'MAX' ? 1 : -1;
  return countedValues([type], true, (values) =>
    values.reduce<Value>((best, [value]) => (best === null || compareValues(value, best) * sign > 0 ? value : best), null),
  );
}

/** The accumulator of no rows, as zeroed state fields give it. */
export function emptyAccumulator(definition: ValueFunction): Value[] {
  return Object.values(definition.state).map((type): Value => {
    switch (laneOf(type)) {
      case 'bool':
        return false;
      case 'i32':
      case 'f64':
        return 0;
      case 'i64':
        return 0n;
      default:
        return null;
    }
  });
}
