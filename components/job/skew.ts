/** How unevenly subtasks work: the largest over the median of what they moved; 1 = even, null = fewer than two. */
export function skewOf(records: readonly number[]): number | null {
  if (records.length < 2) return null;
  const sorted = [...records].sort((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
  return median > 0 ? sorted.at(-1)! / median : null;
}
