/** The expansion of GROUPING SETS, ROLLUP and CUBE: each row once per set, keys outside the set NULL, then the set's id. */
import { withNullability } from '../types/sql-type.ts';
import { BIGINT_NOT_NULL } from './literals.ts';
import type { Logical, LogicalExpand } from './logical-plan.ts';

/**
 * Calcite's grouping id: a bit for each key, 1 where the key is not in the set, the first key highest. So an id goes on meaning the same when sets
 * come or go. A set that is written twice gets a further bit, to keep its rows apart.
 */
export function groupingIds(keyCount: number, sets: readonly (readonly number[])[]): readonly number[] {
  const seen = new Map<number, number>();
  return sets.map((set) => {
    const bits = Array.from({ length: keyCount }, (_, key) => (set.includes(key) ? 0 : 2 ** (keyCount - 1 - key))).reduce(
      (a, b) => a + b,
      0,
    );
    const times = seen.get(bits) ?? 0;
    seen.set(bits, times + 1);
    return bits + times * 2 ** keyCount;
  });
}

/** The first `keyCount` columns of the input are the keys. */
export function expandSets(input: Logical, keyCount: number, sets: readonly (readonly number[])[]): LogicalExpand {
  const schema = input.schema.map((field, index) => {
    const isAlwaysKept = index >= keyCount || sets.every((set) => set.includes(index));
    return isAlwaysKept ? field : { name: field.name, type: withNullability(field.type, true) };
  });
  const others = input.schema.slice(keyCount).map((_, i) => keyCount + i);
  const ids = groupingIds(keyCount, sets);
  return {
    kind: 'expand',
    input,
    sets: sets.map((set, i) => ({ keep: [...[...set].sort((a, b) => a - b), ...others], groupingId: ids[i] })),
    schema: [...schema, { name: '$e', type: BIGINT_NOT_NULL }],
  };
}
