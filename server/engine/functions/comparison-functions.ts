/** Comparisons, IN, IS [NOT] DISTINCT FROM, GREATEST and LEAST. A comparison with NULL is NULL; FLOAT and DOUBLE compare as IEEE 754 does. */
import { commonType, comparisonType } from '../types/coercion.ts';
import { compareBytes, compareNumbers, compareText, compareValues, valuesEqual } from '../types/compare-values.ts';
import { type SqlType, withNullability } from '../types/sql-type.ts';
import { simpleType } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import type { BoundCall, FunctionRefusal, ScalarFunction } from './contract.ts';
import { refuseCall } from './define.ts';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Both of one type, neither NULL. */
export function compareBy(operator: ComparisonOperator, left: Value, right: Value): boolean {
  if (typeof left === 'number') return compareDoubles(operator, left, right as number);
  if (operator === '=') return valuesEqual(left, right);
  if (operator === '<>') return !valuesEqual(left, right);
  const order =
    typeof left === 'string'
      ? compareText(left, right as string)
      : left instanceof Uint8Array
        ? compareBytes(left, right as Uint8Array)
        : compareValues(left, right);
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}

function compareDoubles(operator: ComparisonOperator, left: number, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function isOrdered(type: SqlType): boolean {
  return type.kind !== 'MAP' && type.kind !== 'MULTISET' && type.kind !== 'ROW' && type.kind !== 'ARRAY';
}

function bindComparison(
  target: ScalarFunction,
  args: readonly SqlType[],
  ordered: boolean,
  alwaysKnown: boolean,
): BoundCall | FunctionRefusal {
  if (args.length !== 2) return refuseCall(target, args);
  const common = comparisonType(args[0], args[1]);
  if (common === null || (ordered && !isOrdered(common))) return refuseCall(target, args);
  return {
    argumentTypes: args.map((type) => withNullability(common, type.nullable)),
    type: simpleType('BOOLEAN', !alwaysKnown && args.some((type) => type.nullable)),
  };
}

function comparison(operator: ComparisonOperator): ScalarFunction {
  return {
    name: operator,
    ...(operator === '<>' ? { aliases: ['!='] } : {}),
    isDeterministic: true,
    signature: `a ${operator} b with both of comparable types`,
    bind(args) {
      return bindComparison(this, args, operator !== '=' && operator !== '<>', false);
    },
    evaluate: ([left, right]) => compareBy(operator, left, right),
  };
}

function distinctFrom(isNegated: boolean): ScalarFunction {
  const name = isNegated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature: `a ${name} b`,
    bind(args) {
      return bindComparison(this, args, false, true);
    },
    evaluate: ([left, right]) => (left === null || right === null ? left === right : compareBy('=', left, right)) === isNegated,
  };
}

/** value [NOT] IN (item, …): TRUE on a match, else NULL when the value or an item is NULL, else FALSE. */
function inList(isNegated: boolean): ScalarFunction {
  const name = isNegated ? 'NOT IN' : 'IN';
  return {
    name,
    isDeterministic: true,
    isStrict: false,
    signature: `value ${name} (item, …)`,
    bind(args) {
      if (args.length < 2) return refuseCall(this, args);
      let common: SqlType | null = args[0];
      for (let i = 1; i < args.length && common !== null; i++) common = comparisonType(common, args[i]);
      if (common === null) return refuseCall(this, args);
      const shared = common;
      return {
        argumentTypes: args.map((type) => withNullability(shared, type.nullable)),
        type: simpleType(
          'BOOLEAN',
          args.some((type) => type.nullable),
        ),
      };
    },
    evaluate(args) {
      const [value] = args;
      if (value === null) return null;
      let hasNull = false;
      for (let i = 1; i < args.length; i++) {
        if (args[i] === null) hasNull = true;
        else if (compareBy('=', value, args[i])) return !isNegated;
      }
      return hasNull ? null : isNegated;
    },
  };
}

/** GREATEST and LEAST: NULL when any argument is NULL. */
function extreme(name: 'GREATEST' | 'LEAST', sign: 1 | -1): ScalarFunction {
  return {
    name,
    isDeterministic: true,
    signature: `${name}(value, …)`,
    bind(args) {
      const common = args.length === 0 ? null : commonType(args);
      if (common === null || !isOrdered(common)) return refuseCall(this, args);
      return { argumentTypes: args.map((type) => withNullability(common, type.nullable)), type: common };
    },
    evaluate(args) {
      let best = args[0];
      for (const value of args) {
        const order = typeof value === 'number' ? compareNumbers(value, best as number) : compareValues(value, best);
        if (order * sign > 0) best = value;
      }
      return best;
    },
  };
}

export const COMPARISON_FUNCTIONS: readonly ScalarFunction[] = [
  comparison('='),
  comparison('<>'),
  comparison('<'),
  comparison('<='),
  comparison('>'),
  comparison('>='),
  distinctFrom(false),
  distinctFrom(true),
  inList(false),
  inList(true),
  extreme('GREATEST', 1),
  extreme('LEAST', -1),
];
