/**
 * Reads the time bounds of an interval join out of its condition: comparisons of `left.time ± constant` with `right.time ± constant`.
 * The result is a range for left.time - right.time in ms. Source: Flink's IntervalJoinUtil.extractWindowBoundsFromPredicate.
 */
import type { Expression } from './expression.ts';
import { isRowtime } from './time-columns.ts';

export interface TimeBounds {
  /** Column of the left input, and of the right one (counted from its own start). */
  readonly leftTime: number;
  readonly rightTime: number;
  readonly lowerMs: number;
  readonly upperMs: number;
  /** Conditions that are no time bounds. */
  readonly rest: readonly Expression[];
}

interface Term {
  readonly column: number;
  readonly addedMs: number;
}

export function timeBounds(conditions: readonly Expression[], leftWidth: number): TimeBounds | null {
  let columns: { readonly left: number; readonly right: number } | null = null;
  let lower = Number.NEGATIVE_INFINITY;
  let upper = Number.POSITIVE_INFINITY;
  const rest: Expression[] = [];
  for (const condition of conditions) {
    const bound = boundOf(condition, leftWidth);
    if (bound === null || (columns !== null && (columns.left !== bound.left || columns.right !== bound.right))) {
      rest.push(condition);
      continue;
    }
    columns = { left: bound.left, right: bound.right };
    lower = Math.max(lower, bound.lower);
    upper = Math.min(upper, bound.upper);
  }
  if (columns === null || !Number.isFinite(lower) || !Number.isFinite(upper)) return null;
  return { leftTime: columns.left, rightTime: columns.right - leftWidth, lowerMs: lower, upperMs: upper, rest };
}

const MIRRORED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function boundOf(condition: Expression, leftWidth: number): { left: number; right: number; lower: number; upper: number } | null {
  if (condition.kind !== 'call' || !(condition.function in MIRRORED)) return null;
  const [a, b] = condition.args.map(termOf);
  if (a === null || b === null) return null;
  const isAInLeft = a.column < leftWidth;
  if (isAInLeft === b.column < leftWidth) return null;
  const [left, right] = isAInLeft ? [a, b] : [b, a];
  const operator = isAInLeft ? condition.function : MIRRORED[condition.function];
  // left + l OP right + r  <=>  left - right OP r - l
  const difference = right.addedMs - left.addedMs;
  const lower = operator === '>=' || operator === '=' ? difference : operator === '>' ? difference + 1 : Number.NEGATIVE_INFINITY;
  const upper = operator === '<=' || operator === '=' ? difference : operator === '<' ? difference - 1 : Number.POSITIVE_INFINITY;
  return { left: left.column, right: right.column, lower, upper };
}

function termOf(expression: Expression): Term | null {
  if (expression.kind === 'input') return isRowtime(expression.type) ? { column: expression.index, addedMs: 0 } : null;
  if (expression.kind === 'cast') {
    const { type } = expression;
    const isWider = (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.kind === expression.arg.type.kind;
    return isWider && type.precision <= 3 ? termOf(expression.arg) : null;
  }
  if (expression.kind !== 'call' || (expression.function !== '+' && expression.function !== '-') || expression.args.length !== 2)
    return null;
  const [first, second] = expression.args;
  const [base, interval] = first.kind === 'literal' && expression.function === '+' ? [second, first] : [first, second];
  const term = termOf(base);
  if (term === null || interval.kind !== 'literal' || interval.type.kind !== 'INTERVAL_DAY_TIME' || typeof interval.value !== 'bigint')
    return null;
  const ms = Number(interval.value);
  return { column: term.column, addedMs: term.addedMs + (expression.function === '+' ? ms : -ms) };
}
