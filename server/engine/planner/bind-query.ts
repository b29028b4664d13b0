/** Binds queries: WITH, set operations, VALUES, ORDER BY and LIMIT around the selects (bind-select.ts). */

import type { Expr, OrderItem, Query, QueryBody, Span, Values } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { commonType } from '../types/coercion.ts';
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import { type BindContext, bindExpression, implicitCast } from './bind-expression.ts';
import { bindSelect } from './bind-select.ts';
import { inputRef } from './expression-rewrite.ts';
import { type Logical, project, renameTo } from './logical-plan.ts';
import type { SortKey } from './physical-plan.ts';
import { relationOf, scopeOf } from './scope.ts';
import { sortKey } from './select-state.ts';
import { combineSets } from './set-operations.ts';

export function bindQuery(query: Query, context: QueryContext): Logical {
  const inner = bindWith(query, context);
  const hasSort = query.orderBy.length > 0 || query.limit !== null || query.offset !== null;
  if (!hasSort) return bindBody(query.body, inner);
  const offset = query.offset === null ? 0 : countOf(query.offset, 'OFFSET', inner);
  const limit = query.limit === null ? null : countOf(query.limit, 'LIMIT', inner);
  const { rel, orderBy, visible } = bindOrdered(query.body, query.orderBy, inner);
  const sorted: Logical = {
    kind: 'sort',
    input: rel,
    orderBy,
    offset,
    limit,
    schema: rel.schema,
    scope: inner.viewName,
    span: orderSpan(query),
  };
  if (visible === rel.schema.length) return sorted;
  const shown = rel.schema.slice(0, visible);
  return project(
    sorted,
    shown.map((field, index) => inputRef(index, field.type)),
    shown.map((field) => field.name),
  );
}

function orderSpan(query: Query): Span {
  const first = query.orderBy[0];
  return first ? { start: first.start, end: (query.orderBy.at(-1) as OrderItem).end } : (query.limit ?? query.offset ?? query);
}

function bindWith(query: Query, context: QueryContext): QueryContext {
  if (query.with.length === 0) return context;
  const ctes = new Map(context.ctes);
  for (const item of query.with) {
    const rel = bindQuery(item.query, { ...context, ctes: new Map(ctes) });
    ctes.set(
      item.name.name,
      item.columns
        ? renameTo(
            rel,
            item.columns.map((c) => c.name),
            item.name,
          )
        : rel,
    );
  }
  return { ...context, ctes };
}

function bindBody(body: QueryBody, context: QueryContext): Logical {
  switch (body.kind) {
    case 'select': {
      const { rel, visible } = bindSelect(body, [], context);
      if (visible !== rel.schema.length) throw new Error('a select without ORDER BY has no hidden columns');
      return rel;
    }
    case 'values':
      return bindValues(body, context);
    case 'parenthesized':
      return bindQuery(body.query, context);
    case 'setOperation':
      return combineSets(body, bindBody(body.left, context), bindBody(body.right, context), context);
  }
}

interface Ordered {
  readonly rel: Logical;
  readonly orderBy: readonly SortKey[];
  /** Columns behind are there for the order only. */
  readonly visible: number;
}

function bindOrdered(body: QueryBody, items: readonly OrderItem[], context: QueryContext): Ordered {
  if (body.kind === 'select') {
    const { rel, visible, orderColumns } = bindSelect(body, items, context);
    return { rel, visible, orderBy: items.map((item, i) => sortKey(item, orderColumns[i])) };
  }
  const rel = bindBody(body, context);
  const scope = scopeOf([relationOf(null, rel.schema)]);
  const orderBy = items.map((item) => {
    const expression = bindExpression(item.expression, { scope, place: 'ORDER BY', functions: context.session.functions });
    if (expression.kind !== 'input') throw new SqlError('ORDER BY behind a set operation takes columns of its result only.', item);
    return sortKey(item, expression.index);
  });
  return { rel, orderBy, visible: rel.schema.length };
}

function countOf(node: Expr, what: string, context: QueryContext): number {
  const bound = bindExpression(node, { scope: scopeOf([]), place: what, functions: context.session.functions });
  const value = bound.kind === 'literal' && (typeof bound.value === 'number' || typeof bound.value === 'bigint') ? Number(bound.value) : -1;
  if (value < 0 || bound.type.kind === 'DECIMAL') throw new SqlError(`${what} needs a whole number that is not negative.`, node);
  return value;
}

function bindValues(node: Values, context: QueryContext): Logical {
  const bind: BindContext = { scope: scopeOf([], context.outer), place: 'VALUES', functions: context.session.functions };
  const rows = node.rows.map((row) => row.map((cell) => bindExpression(cell, bind)));
  const width = rows[0].length;
  const types: SqlType[] = [];
  for (let column = 0; column < width; column++) {
    for (const [i, row] of rows.entries()) {
      if (row.length !== width)
        throw new SqlError(`All rows of VALUES need ${width} columns; this one has ${row.length}.`, node.rows[i][0] ?? node);
    }
    const cells = rows.map((row) => row[column].type);
    const type = commonType(cells);
    if (type === null) {
      throw new SqlError(`Column ${column + 1} of VALUES has no common type: ${cells.map(formatType).join(', ')}.`, node.rows[0][column]);
    }
    types.push(
      withNullability(
        type,
        cells.some((c) => c.nullable),
      ),
    );
  }
  return {
    kind: 'values',
    rows: rows.map((row) => row.map((cell, i) => implicitCast(cell, types[i]))),
    schema: types.map((type, i) => ({ name: `EXPR$${i}`, type })),
  };
}
