/**
 * Where timestamps may hold more than their precision (FineTimestamp in types/value.ts). That begins at TO_TIMESTAMP with a pattern and can be told
 * from the expression, so the code of all other timestamps knows nothing of it.
 */
import type { Expression } from '../planner/expression.ts';
import { isTimestamp } from '../types/type-families.ts';
import { coarse, type Value } from '../types/value.ts';

/** These decide or compute with all that a timestamp holds; all others get what its precision says. */
const TAKES_ALL = new Set([
  ...['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'IN', 'NOT IN', 'GREATEST', 'LEAST', 'NULLIF'],
  ...['+', '-', 'TIMESTAMPADD', 'EXTRACT', 'DATE_FORMAT', 'JSON_OBJECT', 'JSON_ARRAY', 'JSON_STRING', 'COALESCE', 'IFNULL', 'IF'],
]);

export function mayBeFine(expression: Expression): boolean {
  if (!isTimestamp(expression.type)) return false;
  switch (expression.kind) {
    case 'cast':
      return mayBeFine(expression.arg);
    case 'case':
      return [expression.otherwise, ...expression.branches.map(({ then }) => then)].some(mayBeFine);
    case 'call':
      if (expression.function === 'TO_TIMESTAMP' || expression.function === 'TO_TIMESTAMP_LTZ') return expression.args.length > 1;
      return TAKES_ALL.has(expression.function) && expression.args.some(mayBeFine);
    default:
      return false;
  }
}

export function takesAll(name: string): boolean {
  return TAKES_ALL.has(name);
}

/** Arguments as the function takes them. */
export function argumentsFor(name: string, args: readonly Value[]): readonly Value[] {
  return TAKES_ALL.has(name) ? args : args.map(coarse);
}
