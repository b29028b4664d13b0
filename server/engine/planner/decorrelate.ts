/**
 * Takes correlation out of a subquery. Conditions on columns of the query around (inputs with negative index) are pulled up to the
 * subquery's top, through filters, projections, inner joins and aggregates; the caller makes a join of them. An aggregate below which a
 * condition `inner = outer` was found groups by the inner column as well. Columns that the conditions need are appended to the right.
 * Source: Calcite's RelDecorrelator, the part that equality and plain conditions need.
 */
import type { Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { Expression } from './expression.ts';
import { conjunction, conjunctsOf, inputRef, inputsOf, mapInputs, shiftInputs, substitute } from './expression-rewrite.ts';
import { bigintLiteral } from './literals.ts';
import { filter, type Logical, type LogicalAggregate, type LogicalJoin, type LogicalProject, project } from './logical-plan.ts';

export interface Decorrelated {
  /** The subquery's columns, then those that only the conditions need. */
  readonly node: Logical;
  /** Negative inputs: columns of the query around; others: columns of `node`. */
  readonly conditions: readonly Expression[];
  /**
   * Set when the subquery is a global aggregate that was grouped by its correlation: what each of its columns is when no row
   * matches; null stands for NULL.
   */
  readonly defaults: readonly (Expression | null)[] | null;
}

export function decorrelate(node: Logical, span: Span): Decorrelated {
  if (!hasOuter(node)) return { node, conditions: [], defaults: null };
  switch (node.kind) {
    case 'filter': {
      const inner = decorrelate(node.input, span);
      const parts = conjunctsOf(node.condition);
      const own = parts.filter((part) => !isOuterExpression(part));
      return {
        node: filter(inner.node, conjunction(own)),
        conditions: [...inner.conditions, ...parts.filter(isOuterExpression)],
        defaults: inner.defaults,
      };
    }
    case 'project':
      return decorrelateProject(node, span);
    case 'aggregate':
      return decorrelateAggregate(node, span);
    case 'join':
      return decorrelateJoin(node, span);
    default:
      throw unsupported(span);
  }
}

function unsupported(span: Span): SqlError {
  return new SqlError('This subquery refers to the query around it in a way that the embedded engine does not support yet.', span);
}

function isOuterExpression(expression: Expression): boolean {
  return [...inputsOf(expression)].some((index) => index < 0);
}

function hasOuter(node: Logical): boolean {
  switch (node.kind) {
    case 'scan':
      return false;
    case 'values':
      return node.rows.some((row) => row.some(isOuterExpression));
    case 'project':
      return node.expressions.some(isOuterExpression) || hasOuter(node.input);
    case 'filter':
      return isOuterExpression(node.condition) || hasOuter(node.input);
    case 'join':
      return (node.condition !== null && isOuterExpression(node.condition)) || hasOuter(node.left) || hasOuter(node.right);
    case 'union':
      return node.inputs.some(hasOuter);
    case 'unnest':
      return isOuterExpression(node.array) || hasOuter(node.input);
    default:
      return hasOuter(node.input);
  }
}

function decorrelateProject(node: LogicalProject, span: Span): Decorrelated {
  if (node.expressions.some(isOuterExpression)) throw unsupported(span);
  const inner = decorrelate(node.input, span);
  const expressions = [...node.expressions];
  const names = node.schema.map((field) => field.name);
  const columnOf = (index: number): number => {
    const at = expressions.findIndex((e) => e.kind === 'input' && e.index === index);
    if (at >= 0) return at;
    expressions.push(inputRef(index, inner.node.schema[index].type));
    names.push(`$c${expressions.length - 1}`);
    return expressions.length - 1;
  };
  const conditions = inner.conditions.map((c) =>
    mapInputs(c, (input) => (input.index < 0 ? input : { ...input, index: columnOf(input.index) })),
  );
  const defaults = inner.defaults === null ? null : node.expressions.map((e) => defaultOf(e, inner.defaults ?? []));
  return { node: project(inner.node, expressions, names), conditions, defaults };
}

function defaultOf(expression: Expression, defaults: readonly (Expression | null)[]): Expression | null {
  if (expression.kind === 'input') return defaults[expression.index] ?? null;
  const filled = mapInputs(
    expression,
    (input) => defaults[input.index] ?? { kind: 'literal', value: null, type: { ...input.type, nullable: true } as typeof input.type },
  );
  return substitute(filled, []);
}

function decorrelateAggregate(node: LogicalAggregate, span: Span): Decorrelated {
  if (node.window !== null) throw unsupported(span);
  const inner = decorrelate(node.input, span);
  const added = inner.conditions.map((condition) => innerSideOf(condition, span));
  const extra = [...new Set(added)].filter((index) => !node.keys.includes(index));
  const keys = [...node.keys, ...extra];
  const field = (index: number) => inner.node.schema[index];
  const aggregate: LogicalAggregate = {
    ...node,
    input: inner.node,
    keys,
    schema: [...keys.map(field), ...node.schema.slice(node.keys.length)],
  };
  // Keys that were added stand before the calls: put the columns back into the written order.
  const order = [...node.keys.map((_, i) => i), ...node.calls.map((_, i) => keys.length + i), ...extra.map((_, i) => node.keys.length + i)];
  const placed = project(
    aggregate,
    order.map((index) => inputRef(index, aggregate.schema[index].type)),
    order.map((index) => aggregate.schema[index].name),
  );
  const columnOf = (index: number): number => {
    const own = node.keys.indexOf(index);
    return own >= 0 ? own : node.schema.length + extra.indexOf(index);
  };
  const conditions = inner.conditions.map((c) =>
    mapInputs(c, (input) => (input.index < 0 ? input : { ...input, index: columnOf(input.index) })),
  );
  const defaults =
    node.keys.length === 0
      ? node.calls.map((call) => (call.function === 'COUNT' || call.function === 'COUNT_STAR' ? bigintLiteral(0) : null))
      : null;
  return { node: placed, conditions, defaults };
}

/** The inner column of `inner = outer`. */
function innerSideOf(condition: Expression, span: Span): number {
  if (condition.kind !== 'call' || condition.function !== '=') throw unsupported(span);
  const sides = condition.args.filter((arg) => !isOuterExpression(arg));
  const inner = sides.length === 1 ? sides[0] : null;
  if (inner?.kind !== 'input') throw unsupported(span);
  return inner.index;
}

function decorrelateJoin(node: LogicalJoin, span: Span): Decorrelated {
  if (node.joinKind !== 'inner') throw unsupported(span);
  const left = decorrelate(node.left, span);
  const right = decorrelate(node.right, span);
  if (left.node.schema.length !== node.left.schema.length || left.defaults !== null || right.defaults !== null) throw unsupported(span);
  const width = node.left.schema.length;
  const parts = node.condition === null ? [] : conjunctsOf(node.condition);
  const own = parts.filter((part) => !isOuterExpression(part));
  const fromRight = right.conditions.map((c) =>
    mapInputs(c, (input) => (input.index < 0 ? input : shiftInputs(input, width)) as Expression),
  );
  const schema = [...left.node.schema, ...right.node.schema];
  return {
    node: { ...node, left: left.node, right: right.node, condition: conjunction(own), schema },
    conditions: [...left.conditions, ...fromRight, ...parts.filter(isOuterExpression)],
    defaults: null,
  };
}
