/** Walking and rewriting of typed expressions: inputs, substitution, conjuncts, digests. */
import { formatType, type SqlType } from '../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';
import type { Expression } from './expression.ts';

export type CaseBranch = Extract<Expression, { kind: 'case' }>['branches'][number];

export function caseBranch(when: Expression, result: Expression): CaseBranch {
  // biome-ignore lint/suspicious/noThenProperty: the branch of a CASE, not a promise.
  return { when, then: result };
}

/** Rebuilds an expression with its direct operands replaced; the same object when none changed. */
export function mapOperands(expression: Expression, map: (operand: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'input':
    case 'literal':
      return expression;
    case 'call': {
      const args = expression.args.map(map);
      return args.every((arg, i) => arg === expression.args[i]) ? expression : { ...expression, args };
    }
    case 'cast':
    case 'field': {
      const arg = map(expression.arg);
      return arg === expression.arg ? expression : { ...expression, arg };
    }
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map((b) => caseBranch(map(b.when), map(b.then))),
        otherwise: map(expression.otherwise),
      };
  }
}

export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'input':
    case 'literal':
      return [];
    case 'call':
      return expression.args;
    case 'cast':
    case 'field':
      return [expression.arg];
    case 'case':
      return [...expression.branches.flatMap((b) => [b.when, b.then]), expression.otherwise];
  }
}

export type InputExpression = Extract<Expression, { kind: 'input' }>;

/** Replaces every input reference. */
export function mapInputs(expression: Expression, map: (input: InputExpression) => Expression): Expression {
  if (expression.kind === 'input') return map(expression);
  return mapOperands(expression, (operand) => mapInputs(operand, map));
}

export function shiftInputs(expression: Expression, by: number): Expression {
  return by === 0 ? expression : mapInputs(expression, (input) => ({ ...input, index: input.index + by }));
}

/** Puts the projection's expressions in place of the references to its output. */
export function substitute(expression: Expression, projection: readonly Expression[]): Expression {
  return mapInputs(expression, (input) => projection[input.index] as Expression);
}

export function visitExpression(expression: Expression, visit: (part: Expression) => void): void {
  visit(expression);
  for (const operand of operandsOf(expression)) visitExpression(operand, visit);
}

export function inputsOf(expression: Expression): Set<number> {
  const found = new Set<number>();
  visitExpression(expression, (part) => {
    if (part.kind === 'input') found.add(part.index);
  });
  return found;
}

export function inputRef(index: number, type: SqlType): InputExpression {
  return { kind: 'input', index, type };
}

export function conjunctsOf(expression: Expression): Expression[] {
  if (expression.kind === 'call' && expression.function === 'AND') return expression.args.flatMap(conjunctsOf);
  if (expression.kind === 'literal' && expression.value === true) return [];
  return [expression];
}

/** AND over all; null when there is none. */
export function conjunction(parts: readonly Expression[]): Expression | null {
  if (parts.length === 0) return null;
  return parts.reduce((left, right) => ({
    kind: 'call',
    function: 'AND',
    args: [left, right],
    type: { kind: 'BOOLEAN', nullable: left.type.nullable || right.type.nullable },
  }));
}

/** Text of one literal value, unambiguous within its type. */
export function valueDigest(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Uint8Array) return `x'${Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('')}'`;
  if (value instanceof RowValue) return `(${value.fields.map(valueDigest).join(', ')})`;
  if (value instanceof ArrayValue) return `[${value.elements.map(valueDigest).join(', ')}]`;
  if (value instanceof MapValue) return `{${value.entries.map(([k, v]) => `${valueDigest(k)}: ${valueDigest(v)}`).join(', ')}}`;
  return String(value);
}

const INFIX = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  '||',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
]);

/** Canonical text: two expressions with equal texts compute the same. `nameOf` gives the text of an input column. */
export function expressionText(expression: Expression, nameOf: (index: number) => string): string {
  const text = (part: Expression): string => expressionText(part, nameOf);
  switch (expression.kind) {
    case 'input':
      return nameOf(expression.index);
    case 'literal':
      return literalText(expression.value, expression.type);
    case 'cast':
      return `${expression.isTry ? 'TRY_CAST' : 'CAST'}(${text(expression.arg)} AS ${formatType({ ...expression.type, nullable: true } as SqlType)})`;
    case 'field':
      return `${text(expression.arg)}.${expression.arg.type.kind === 'ROW' ? (expression.arg.type.fields[expression.index]?.name ?? expression.index) : expression.index}`;
    case 'case':
      return `CASE ${expression.branches.map((b) => `WHEN ${text(b.when)} THEN ${text(b.then)}`).join(' ')} ELSE ${text(expression.otherwise)} END`;
    case 'call': {
      const options = expression.options ? Object.entries(expression.options).map(([k, v]) => `${k}: ${v}`) : [];
      if (options.length === 0 && expression.args.length === 2 && INFIX.has(expression.function)) {
        return `(${text(expression.args[0] as Expression)} ${expression.function} ${text(expression.args[1] as Expression)})`;
      }
      if (expression.args.length === 1 && expression.function.startsWith('IS '))
        return `${text(expression.args[0] as Expression)} ${expression.function}`;
      return `${expression.function}(${[...expression.args.map(text), ...options].join(', ')})`;
    }
  }
}

function literalText(value: Value, type: SqlType): string {
  switch (type.kind) {
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'DECIMAL':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return `${valueDigest(value)}:${formatType({ ...type, nullable: true } as SqlType)}`;
    default:
      return valueDigest(value);
  }
}

/** Exact identity, types included; what sharing and comparing of expressions goes by. */
export function expressionDigest(expression: Expression): string {
  return expressionText(expression, (index) => `$${index}`);
}
