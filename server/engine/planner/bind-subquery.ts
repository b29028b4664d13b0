/** Subqueries as conditions (EXISTS, IN: semi and anti joins) and as values (a left join with the subquery). */
import type { Expr } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { withNullability } from '../types/sql-type.ts';
import { type BindContext, bindExpression, makeCall } from './bind-expression.ts';
import { decorrelate } from './decorrelate.ts';
import type { Expression } from './expression.ts';
import { conjunction, inputRef } from './expression-rewrite.ts';
import { joinOf, outerToLeft } from './join-node.ts';
import { type Logical, type LogicalAggregate, project } from './logical-plan.ts';
import type { SelectState } from './select-state.ts';

/** [NOT] EXISTS (…) or x [NOT] IN (…), possibly below further NOTs. */
export function bindSubqueryCondition(node: Expr, state: SelectState, bind: BindContext, isNegated = false): void {
  if (node.kind === 'unary') {
    bindSubqueryCondition(node.operand, state, bind, !isNegated);
    return;
  }
  if (node.kind !== 'exists' && node.kind !== 'inQuery') throw new Error(`${node.kind} is no subquery condition`);
  const bound = state.context.bindQuery(node.query, { ...state.context, outer: state.scope });
  const { node: right, conditions } = decorrelate(bound, node);
  const isAnti = node.kind === 'inQuery' ? node.isNegated !== isNegated : isNegated;
  const width = state.rel.schema.length;
  const parts = conditions.map((c) => outerToLeft(c, width));
  if (node.kind === 'inQuery') parts.push(...membership(node, bound, isAnti, width, bind));
  state.rel = joinOf(isAnti ? 'anti' : 'semi', state.rel, right, conjunction(parts), state.context, node);
}

/** x = column, for each; NOT IN counts a comparison with NULL as a match, so that such rows are dropped as SQL wants. */
function membership(
  node: Extract<Expr, { kind: 'inQuery' }>,
  query: Logical,
  isAnti: boolean,
  width: number,
  bind: BindContext,
): Expression[] {
  const operands = node.operand.kind === 'row' ? node.operand.items : [node.operand];
  if (operands.length !== query.schema.length) {
    throw new SqlError(`IN compares ${operands.length} column(s) with a query of ${query.schema.length}.`, node);
  }
  return operands.map((operand, i) => {
    const left = bindExpression(operand, bind);
    const right = inputRef(width + i, query.schema[i].type);
    const equal = makeCall('=', [left, right], operand, bind);
    if (!isAnti || !equal.type.nullable) return equal;
    const nulls = [left, right].filter((side) => side.type.nullable).map((side) => makeCall('IS NULL', [side], operand, bind));
    return [equal, ...nulls].reduce((a, b) => makeCall('OR', [a, b], operand, bind));
  });
}

/** The subquery's value as a column that is appended to the state's relation. */
export function bindScalarQuery(node: Extract<Expr, { kind: 'scalarQuery' }>, state: SelectState): Expression {
  const bound = state.context.bindQuery(node.query, { ...state.context, outer: state.scope });
  if (bound.schema.length !== 1)
    throw new SqlError(`A query as a value gives one column, but this one gives ${bound.schema.length}.`, node);
  const decorrelated = decorrelate(bound, node);
  const { conditions, defaults } = decorrelated;
  const isCertain = defaults !== null || (conditions.length === 0 && isSingleRow(decorrelated.node));
  const right = isCertain ? decorrelated.node : singleValue(decorrelated.node, conditions, state, node);
  const width = state.rel.schema.length;
  const condition = conjunction(conditions.map((c) => outerToLeft(c, width)));
  state.rel = joinOf('left', state.rel, right, condition, state.context, node);
  const value = inputRef(width, withNullability(bound.schema[0].type, true));
  const fallback = defaults?.[0] ?? null;
  if (fallback === null) return value;
  return makeCall('COALESCE', [value, fallback], node, { scope: state.scope, place: 'SELECT', functions: state.context.session.functions });
}

function isSingleRow(node: Logical): boolean {
  if (node.kind === 'project') return isSingleRow(node.input);
  return (node.kind === 'aggregate' && node.keys.length === 0) || (node.kind === 'values' && node.rows.length === 1);
}

/** Demands at run time that the query gives at most one row for each row around it. Columns stay where they are. */
function singleValue(input: Logical, conditions: readonly Expression[], state: SelectState, span: Expr): Logical {
  const keys = [...new Set(conditions.flatMap((condition) => correlatedColumns(condition, span)))];
  const type = withNullability(input.schema[0].type, true);
  const value = { name: input.schema[0].name, type };
  const aggregate: LogicalAggregate = {
    kind: 'aggregate',
    input,
    keys,
    calls: [{ function: 'SINGLE_VALUE', args: [0], isDistinct: false, filter: null, type, name: value.name }],
    window: null,
    properties: [],
    schema: [...keys.map((key) => input.schema[key]), value],
    scope: state.context.viewName,
    span,
  };
  const places = input.schema.map((_, column) => (column === 0 ? keys.length : Math.max(0, keys.indexOf(column))));
  return project(
    aggregate,
    places.map((place) => inputRef(place, aggregate.schema[place].type)),
    input.schema.map((field) => field.name),
  );
}

/** The inner columns of `inner = outer`; any other correlation could give several rows for one group. */
function correlatedColumns(condition: Expression, span: Expr): readonly number[] {
  const inner =
    condition.kind === 'call' && condition.function === '=' ? condition.args.filter((arg) => arg.kind === 'input' && arg.index >= 0) : [];
  if (inner.length !== 1) throw new SqlError('A query as a value is correlated by equality of its columns only, or is an aggregate.', span);
  return inner.map((arg) => (arg as Extract<Expression, { kind: 'input' }>).index);
}
