/**
 * Binds one SELECT: FROM, WHERE, GROUP BY, HAVING, items, DISTINCT. The relation under way (`SelectState.rel`) only grows columns at
 * its right end while items are bound (ranks, scalar subqueries), so that columns bound before keep their index.
 */
import type { Expr, OrderItem, Select, SelectItem } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { bindGroups, type GroupedSelect } from './bind-aggregate.ts';
import type { QueryContext } from './bind-context.ts';
import { type BindContext, bindCondition, bindExpression } from './bind-expression.ts';
import { bindFrom } from './bind-from.ts';
import { bindOver } from './bind-over.ts';
import { bindScalarQuery, bindSubqueryCondition } from './bind-subquery.ts';
import type { Expression } from './expression.ts';
import { conjunction, expressionDigest, inputRef } from './expression-rewrite.ts';
import { distinct, filter, type Logical, project } from './logical-plan.ts';
import { scopeOf } from './scope.ts';
import type { SelectState } from './select-state.ts';
import { containsAggregate, syntaxConjuncts } from './syntax-walk.ts';

interface Item {
  readonly expression: Expression;
  readonly name: string;
}

export interface BoundSelect {
  readonly rel: Logical;
  /** Columns behind are there for ORDER BY only. */
  readonly visible: number;
  /** Column of each ORDER BY item. */
  readonly orderColumns: readonly number[];
}

export function bindSelect(select: Select, orderItems: readonly OrderItem[], context: QueryContext): BoundSelect {
  const from = bindFrom(select.from, context);
  for (const hint of select.hints) {
    if (hint.name === 'STATE_TTL')
      context.session.warn("The hint STATE_TTL has no effect in the embedded engine; SET 'table.exec.state.ttl'.", hint);
  }
  const state: SelectState = { rel: from.rel, scope: scopeOf(from.relations, context.outer), select, context };
  if (select.where !== null) bindWhere(select.where, state);
  const grouped = isGrouped(select) ? bindGroups(state, orderItems) : null;
  const bind = itemContext(state, grouped);
  if (select.having !== null) {
    if (grouped === null) throw new SqlError('HAVING needs GROUP BY or an aggregate.', select.having);
    const condition = bindCondition(select.having, { ...bind, place: 'HAVING' });
    state.rel = filter(state.rel, condition);
  }
  const items = uniqueNames(select.items.flatMap((item, position) => bindItem(item, position, bind, state, grouped)));
  const order = orderItems.map((item) => orderColumn(item, items, bind));
  const hidden = order.flatMap((column) => (typeof column === 'number' ? [] : [column]));
  if (hidden.length > 0 && select.isDistinct)
    throw new SqlError('ORDER BY of a SELECT DISTINCT takes columns of its result only.', orderItems[0]);
  const rel = project(
    state.rel,
    [...items.map((i) => i.expression), ...hidden],
    [...items.map((i) => i.name), ...hidden.map((_, i) => `$order${i}`)],
  );
  const orderColumns = order.map((column) => (typeof column === 'number' ? column : items.length + hidden.indexOf(column)));
  return { rel: select.isDistinct ? distinct(rel, context.viewName, select) : rel, visible: items.length, orderColumns };
}

function isGrouped(select: Select): boolean {
  if (select.groupBy.length > 0) return true;
  const items = select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []));
  return [...items, ...(select.having ? [select.having] : [])].some(containsAggregate);
}

function itemContext(state: SelectState, grouped: GroupedSelect | null): BindContext {
  const context: BindContext = {
    scope: state.scope,
    place: 'SELECT',
    functions: state.context.session.functions,
    intercept(node) {
      if (node.kind === 'call' && node.over !== null) return bindOver(node, state, (inner) => bindExpression(inner, context));
      if (node.kind === 'scalarQuery') return bindScalarQuery(node, state);
      return grouped?.intercept(node) ?? null;
    },
  };
  return context;
}

function bindWhere(where: Expr, state: SelectState): void {
  const bind: BindContext = {
    scope: state.scope,
    place: 'WHERE',
    functions: state.context.session.functions,
    intercept: (node) => (node.kind === 'scalarQuery' ? bindScalarQuery(node, state) : null),
  };
  const conditions: Expression[] = [];
  const subqueries: Expr[] = [];
  for (const part of syntaxConjuncts(where)) {
    if (isSubqueryCondition(part)) subqueries.push(part);
    else conditions.push(bindCondition(part, bind));
  }
  state.rel = filter(state.rel, conjunction(conditions));
  for (const part of subqueries) bindSubqueryCondition(part, state, bind);
}

function isSubqueryCondition(node: Expr): boolean {
  if (node.kind === 'unary' && node.operator === 'NOT') return isSubqueryCondition(node.operand);
  return node.kind === 'exists' || node.kind === 'inQuery';
}

function bindItem(
  item: SelectItem,
  position: number,
  bind: BindContext,
  state: SelectState,
  grouped: GroupedSelect | null,
): readonly Item[] {
  if (item.kind === 'star') {
    return starColumns(item, state).map(({ name, expression }) => ({
      name,
      expression: grouped ? grouped.demandGrouped(expression, item) : expression,
    }));
  }
  const name = item.alias?.name ?? impliedName(item.expression) ?? `EXPR$${position}`;
  return [{ name, expression: bindExpression(item.expression, bind) }];
}

function starColumns(item: Extract<SelectItem, { kind: 'star' }>, state: SelectState): readonly Item[] {
  const qualifier = item.qualifier.at(-1);
  const relations = qualifier ? state.scope.relations.filter((r) => r.alias === qualifier.name) : state.scope.relations;
  if (relations.length === 0) {
    throw new SqlError(qualifier ? `There is no table '${qualifier.name}' in FROM.` : 'SELECT * needs a FROM.', qualifier ?? item);
  }
  return relations.flatMap((r) =>
    r.columns
      .filter((c) => qualifier !== undefined || c.isMerged !== true)
      .map((c) => ({ name: c.name, expression: inputRef(c.index, c.type) })),
  );
}

function impliedName(node: Expr): string | null {
  if (node.kind === 'column') return node.path.at(-1)?.name ?? null;
  if (node.kind === 'fieldAccess') return node.field.name;
  return null;
}

function uniqueNames(items: readonly Item[]): readonly Item[] {
  const taken = new Set(items.map((i) => i.name));
  const seen = new Set<string>();
  return items.map((item) => {
    let { name } = item;
    for (let n = 0; seen.has(name); n++) {
      const candidate = `${item.name}${n}`;
      if (!taken.has(candidate) || seen.has(candidate)) name = candidate;
    }
    seen.add(name);
    return { ...item, name };
  });
}

/** A column of the result by alias or position, or an expression that is no column of it. */
function orderColumn(item: OrderItem, items: readonly Item[], bind: BindContext): number | Expression {
  const node = item.expression;
  if (node.kind === 'column' && node.path.length === 1) {
    const index = items.findIndex((i) => i.name === node.path[0].name);
    if (index >= 0) return index;
  }
  if (node.kind === 'number' && /^\d+$/.test(node.text)) {
    const position = Number(node.text);
    if (position < 1 || position > items.length) throw new SqlError(`ORDER BY ${node.text}: the query has ${items.length} columns.`, node);
    return position - 1;
  }
  const bound = bindExpression(node, { ...bind, place: 'ORDER BY' });
  const digest = expressionDigest(bound);
  const same = items.findIndex((i) => expressionDigest(i.expression) === digest);
  return same >= 0 ? same : bound;
}
