/** The expansion of GROUPING SETS, ROLLUP and CUBE: each row once per set, keys outside the set NULL, then the set's id. */
import { withNullability } from '../types/sql-type.ts';
import { BIGINT_NOT_NULL } from './literals.ts';
import type { Logical, LogicalExpand } from './logical-plan.ts';

/** The first `keyCount` columns of the input are the keys; ids count the sets from 0, so that equal sets stay apart. */
export function expandSets(input: Logical, keyCount: number, sets: readonly (readonly number[])[]): LogicalExpand {
  const schema = input.schema.map((field, index) => {
    const isAlwaysKept = index >= keyCount || sets.every((set) => set.includes(index));
    return isAlwaysKept ? field : { name: field.name, type: withNullability(field.type, true) };
  });
  const others = input.schema.slice(keyCount).map((_, i) => keyCount + i);
  return {
    kind: 'expand',
    input,
    sets: sets.map((set, groupingId) => ({ keep: [...[...set].sort((a, b) => a - b), ...others], groupingId })),
    schema: [...schema, { name: '$e', type: BIGINT_NOT_NULL }],
  };
}
