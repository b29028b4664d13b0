/** Key groups: the unit in which keyed state is cut, routed and moved between subtasks (Flink's KeyGroupRangeAssignment). */

/** `keyGroups` is a power of two. */
export function keyGroupOf(hash: number, keyGroups: number): number {
  return hash & (keyGroups - 1);
}

/** Groups of one subtask, both ends inclusive; empty (first > last) only when there are more subtasks than groups. */
export function groupRange(subtask: number, parallelism: number, keyGroups: number): { readonly first: number; readonly last: number } {
  return {
    first: Math.ceil((subtask * keyGroups) / parallelism),
    last: Math.ceil(((subtask + 1) * keyGroups) / parallelism) - 1,
  };
}

/** The subtask whose range holds the group. */
export function subtaskOf(group: number, parallelism: number, keyGroups: number): number {
  return Math.floor((group * parallelism) / keyGroups);
}
