/**
 * Binds GROUP BY. The groups and the arguments of all aggregates are projected first; then come the expansion of GROUPING SETS and the
 * aggregate. In the select list whatever equals a group expression becomes that key, an aggregate its result column; any other column is
 * refused. Output of the aggregate: keys, calls, properties of a group window.
 */
import type { Expr, GroupItem, OrderItem, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { type RowField, withNullability } from '../types/sql-type.ts';
import { type AggregateRegistry, createRegistry } from './aggregate-registry.ts';
import { type BindContext, bindExpression } from './bind-expression.ts';
import type { Expression } from './expression.ts';
import { caseBranch, expressionDigest, inputRef, mapOperands } from './expression-rewrite.ts';
import { type BoundGroupWindow, bindGroupWindow, groupWindowName } from './group-window.ts';
import { expandSets, groupingIds } from './grouping-sets.ts';
import { BIGINT_NOT_NULL, BOOLEAN_TYPE, bigintLiteral } from './literals.ts';
import { type Logical, type LogicalAggregate, type LogicalCall, project } from './logical-plan.ts';
import type { SelectState } from './select-state.ts';
import { containsAggregate, isAggregateCall, visitSyntax } from './syntax-walk.ts';

export interface GroupedSelect {
  /** Resolves what is a key, an aggregate or a window property; throws for a column that is not grouped; null for the rest. */
  intercept(node: Expr): Expression | null;
  /** A bound expression over the ungrouped relation, as one over the aggregate. */
  demandGrouped(expression: Expression, span: Span): Expression;
}

interface Groups {
  readonly expressions: readonly Expression[];
  /** Indexes into `expressions`; one set unless GROUPING SETS, ROLLUP or CUBE is written. */
  readonly sets: readonly (readonly number[])[];
  readonly isExpanded: boolean;
  readonly window: BoundGroupWindow | null;
}

/** Makes the aggregate and puts it into `state.rel`. */
export function bindGroups(state: SelectState, orderItems: readonly OrderItem[]): GroupedSelect {
  const { select, context } = state;
  const bind: BindContext = { scope: state.scope, place: 'GROUP BY', functions: context.session.functions };
  const groups = bindGroupItems(select.groupBy, state, bind);
  const registry = createRegistry(bind);
  const items = select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []));
  const written = [...items, ...(select.having ? [select.having] : []), ...orderItems.map((o) => o.expression)];
  for (const node of written) {
    visitSyntax(node, (part) => {
      if (isAggregateCall(part)) registry.add(part);
      return !isAggregateCall(part);
    });
  }
  if (groups.window !== null) groups.window.collect(written);
  const aggregate = aggregateOf(state, groups, registry);
  state.rel = aggregate;
  return resolver(state, groups, registry, aggregate);
}

function bindGroupItems(items: readonly GroupItem[], state: SelectState, bind: BindContext): Groups {
  const expressions: Expression[] = [];
  const window: { found: BoundGroupWindow | null } = { found: null };
  const indexOf = (node: Expr): number[] => {
    if (node.kind === 'call' && groupWindowName(node) !== null) {
      if (window.found) throw new SqlError('GROUP BY takes one group window only.', node);
      window.found = bindGroupWindow(node, state, bind);
      return [];
    }
    const bound = bindExpression(node, bind);
    if (bound.type.kind === 'NULL') throw new SqlError('GROUP BY cannot take NULL.', node);
    const digest = expressionDigest(bound);
    const at = expressions.findIndex((e) => expressionDigest(e) === digest);
    if (at >= 0) return [at];
    expressions.push(bound);
    return [expressions.length - 1];
  };
  const setsOf = (item: GroupItem): readonly (readonly number[])[] => {
    switch (item.kind) {
      case 'expression':
        return [indexOf(item.expression)];
      case 'set':
        return [item.expressions.flatMap(indexOf)];
      case 'groupingSets':
        return item.items.flatMap(setsOf);
      case 'rollup': {
        const parts = item.items.map((i) => setsOf(i)[0]);
        return Array.from({ length: parts.length + 1 }, (_, n) => parts.slice(0, parts.length - n).flat());
      }
      case 'cube': {
        const parts = item.items.map((i) => setsOf(i)[0]);
        const subsets = Array.from({ length: 2 ** parts.length }, (_, n) =>
          parts.filter((_p, i) => (n & (1 << (parts.length - 1 - i))) !== 0).flat(),
        );
        return subsets.reverse();
      }
    }
  };
  let sets: readonly (readonly number[])[] = [[]];
  for (const item of items) {
    const own = setsOf(item);
    sets = sets.flatMap((set) => own.map((other) => [...new Set([...set, ...other])]));
  }
  const isExpanded = items.some((item) => item.kind === 'groupingSets' || item.kind === 'rollup' || item.kind === 'cube');
  return { expressions, sets, isExpanded, window: window.found };
}

function aggregateOf(state: SelectState, groups: Groups, registry: AggregateRegistry): LogicalAggregate {
  const columns: Expression[] = [...groups.expressions];
  const column = (expression: Expression): number => {
    const digest = expressionDigest(expression);
    // With grouping sets the keys get NULLed: arguments need columns of their own.
    const from = groups.isExpanded ? groups.expressions.length : 0;
    const at = columns.findIndex((c, i) => i >= from && expressionDigest(c) === digest);
    if (at >= 0) return at;
    columns.push(expression);
    return columns.length - 1;
  };
  const calls: LogicalCall[] = registry.calls.map((call) => ({
    function: call.function,
    args: call.args.map(column),
    isDistinct: call.isDistinct,
    filter: call.filter === null ? null : column(call.filter),
    type: call.type,
    ...(call.options ? { options: call.options } : {}),
    name: call.name,
  }));
  const time = groups.window === null ? null : column(groups.window.time);
  const keyCount = groups.expressions.length;
  const names = columns.map((c, i) => (c.kind === 'input' && c.index >= 0 ? (state.rel.schema[c.index]?.name ?? `$f${i}`) : `$f${i}`));
  let input: Logical = project(state.rel, columns, names);
  let keys = groups.expressions.map((_, i) => i);
  if (groups.isExpanded) {
    input = expandSets(input, keyCount, groups.sets);
    keys = [...keys, columns.length];
  }
  const properties = groups.window?.properties ?? [];
  const fields: RowField[] = [
    ...keys.map((key) => input.schema[key]),
    ...calls.map((call) => ({ name: call.name, type: call.type })),
    ...(groups.window?.propertyFields ?? []),
  ];
  return {
    kind: 'aggregate',
    input,
    keys,
    calls,
    window: groups.window === null ? null : { spec: groups.window.spec, time: time as number },
    properties,
    schema: fields,
    scope: state.context.viewName,
    span: state.select,
  };
}

function resolver(state: SelectState, groups: Groups, registry: AggregateRegistry, aggregate: LogicalAggregate): GroupedSelect {
  const digests = groups.expressions.map(expressionDigest);
  const bind: BindContext = { scope: state.scope, place: 'SELECT', functions: state.context.session.functions };
  const keyRef = (index: number): Expression => inputRef(index, aggregate.schema[index].type);
  const rewrite = (expression: Expression): Expression => {
    const key = digests.indexOf(expressionDigest(expression));
    return key >= 0 ? keyRef(key) : mapOperands(expression, rewrite);
  };
  /** Null when a column is left that is no key. */
  const grouped = (expression: Expression): Expression | null => {
    const marked = markKeys(expression, digests);
    return marked ? rewrite(expression) : null;
  };
  return {
    intercept(node) {
      if (node.kind === 'call') {
        const special = groupingCall(node, groups, bind, aggregate, digests) ?? groups.window?.resolve(node, aggregate) ?? null;
        if (special) return special;
      }
      if (isAggregateCall(node)) {
        const index = aggregate.keys.length + registry.indexOf(node);
        return inputRef(index, aggregate.schema[index].type);
      }
      if (containsAggregate(node) || containsSpecial(node)) return null;
      const bound = bindExpression(node, bind);
      const result = grouped(bound);
      if (result === null && node.kind === 'column') throw notGrouped(node);
      return result;
    },
    demandGrouped(expression, span) {
      const result = grouped(expression);
      if (result === null) throw notGrouped(span);
      return result;
    },
  };
}

function notGrouped(node: Expr | Span): SqlError {
  const name = 'kind' in node && node.kind === 'column' ? `'${node.path.map((p) => p.name).join('.')}'` : 'A column of *';
  return new SqlError(`${name} is not in GROUP BY. Add it there, or put it into an aggregate such as MAX.`, node);
}

/** True when every column of the expression lies inside a group expression. */
function markKeys(expression: Expression, digests: readonly string[]): boolean {
  if (digests.includes(expressionDigest(expression))) return true;
  if (expression.kind === 'input') return expression.index < 0;
  let isCovered = true;
  mapOperands(expression, (operand) => {
    if (!markKeys(operand, digests)) isCovered = false;
    return operand;
  });
  return isCovered;
}

function containsSpecial(node: Expr): boolean {
  let found = false;
  visitSyntax(node, (part) => {
    if (part.kind === 'scalarQuery' || part.kind === 'exists' || part.kind === 'inQuery') found = true;
    if (part.kind === 'call' && (part.over !== null || GROUPING_CALLS.has(part.name) || groupWindowName(part) !== null)) found = true;
    return !found;
  });
  return found;
}

const GROUPING_CALLS = new Set(['GROUPING', 'GROUPING_ID', 'GROUP_ID']);

/** GROUPING and GROUPING_ID as a CASE over the grouping id; constant without grouping sets. */
function groupingCall(
  node: Extract<Expr, { kind: 'call' }>,
  groups: Groups,
  bind: BindContext,
  aggregate: LogicalAggregate,
  digests: readonly string[],
): Expression | null {
  if (!GROUPING_CALLS.has(node.name)) return null;
  if (node.name === 'GROUP_ID') return bigintLiteral(0);
  const positions = node.args.map((arg) => {
    const at = digests.indexOf(expressionDigest(bindExpression(arg, bind)));
    if (at < 0) throw new SqlError(`An argument of ${node.name} must be in GROUP BY.`, arg);
    return at;
  });
  const valueIn = (set: readonly number[]): number => positions.reduce((bits, position) => bits * 2 + (set.includes(position) ? 0 : 1), 0);
  if (!groups.isExpanded) return bigintLiteral(0);
  const id = inputRef(aggregate.keys.length - 1, BIGINT_NOT_NULL);
  const ids = groupingIds(groups.expressions.length, groups.sets);
  const [last, ...others] = groups.sets.map((set, i) => ({ index: ids[i], value: valueIn(set) })).reverse();
  return {
    kind: 'case',
    branches: others.map(({ index, value }) => {
      const isSet = { kind: 'call', function: '=', args: [id, bigintLiteral(index)], type: withNullability(BOOLEAN_TYPE, false) } as const;
      return caseBranch(isSet, bigintLiteral(value));
    }),
    otherwise: bigintLiteral(last.value),
    type: BIGINT_NOT_NULL,
  };
}
