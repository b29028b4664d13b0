/**
 * Two texts side by side, line by line: the longest common subsequence by Myers' greedy algorithm (E. Myers, "An O(ND) Difference Algorithm",
 * 1986), then removed and added lines of the same place are set beside each other. Beyond a limit of differences the middle is shown as replaced.
 */
export interface DiffRow {
  /** 0-based line of the old text and of the new one; null = nothing stands there. */
  readonly left: number | null;
  readonly right: number | null;
  readonly same: boolean;
}

const MOST_DIFFERENCES = 2_000;

/** Pairs of equal lines, in order; null when the texts differ in more than the limit. */
function matches(a: readonly string[], b: readonly string[]): [number, number][] | null {
  const most = Math.min(MOST_DIFFERENCES, a.length + b.length);
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? 0) < (furthest.get(k + 1) ?? 0));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return null;
}

function walkBack(trace: readonly Map<number, number>[], endX: number, endY: number): [number, number][] {
  const pairs: [number, number][] = [];
  let x = endX;
  let y = endY;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const furthest = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? 0) < (furthest.get(k + 1) ?? 0));
    const before = down ? k + 1 : k - 1;
    const fromX = furthest.get(before) ?? 0;
    const fromY = fromX - before;
    while (x > Math.max(0, fromX) && y > Math.max(0, fromY)) {
      x -= 1;
      y -= 1;
      pairs.push([x, y]);
    }
    x = Math.max(0, fromX);
    y = Math.max(0, fromY);
  }
  return pairs.reverse();
}

export function lineDiff(before: readonly string[], after: readonly string[]): DiffRow[] {
  const pairs = matches(before, after) ?? [];
  const rows: DiffRow[] = [];
  let left = 0;
  let right = 0;
  for (const [x, y] of [...pairs, [before.length, after.length] as const]) {
    while (left < x || right < y) {
      rows.push({ left: left < x ? left : null, right: right < y ? right : null, same: false });
      if (left < x) left += 1;
      if (right < y) right += 1;
    }
    if (x < before.length || y < after.length) rows.push({ left: x, right: y, same: true });
    left = x + 1;
    right = y + 1;
  }
  return rows;
}
