/** Reads `rn <= 3`, `rn = 1`, `rn BETWEEN 2 AND 4` (as its two comparisons) as a range of ranks. */
import type { Expression } from './expression.ts';

export interface RankRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

/** `range` is null while no upper bound is known: then nothing was taken and all is in `rest`. */
export function rankRange(
  conditions: readonly Expression[],
  known: RankRange | null,
): { readonly range: RankRange | null; readonly rest: readonly Expression[] } {
  let start = known?.start ?? 1;
  let end = known?.end ?? Number.MAX_SAFE_INTEGER;
  const rest: Expression[] = [];
  for (const condition of conditions) {
    const bound = boundOf(condition);
    if (bound === null) {
      rest.push(condition);
      continue;
    }
    if (bound.operator === '<=' || bound.operator === '=') end = Math.min(end, bound.value);
    if (bound.operator === '<') end = Math.min(end, bound.value - 1);
    if (bound.operator === '>=' || bound.operator === '=') start = Math.max(start, bound.value);
    if (bound.operator === '>') start = Math.max(start, bound.value + 1);
  }
  return end === Number.MAX_SAFE_INTEGER ? { range: null, rest: conditions } : { range: { start, end }, rest };
}

function boundOf(condition: Expression): { readonly operator: string; readonly value: number } | null {
  if (condition.kind !== 'call' || !(condition.function in MIRRORED)) return null;
  const [left, right] = condition.args;
  if (left.kind === 'input' && right.kind === 'literal') return wholeBound(condition.function, right.value);
  if (right.kind === 'input' && left.kind === 'literal') return wholeBound(MIRRORED[condition.function], left.value);
  return null;
}

function wholeBound(operator: string, value: unknown): { readonly operator: string; readonly value: number } | null {
  return typeof value === 'number' || typeof value === 'bigint' ? { operator, value: Number(value) } : null;
}
