/** ROW_NUMBER, RANK and DENSE_RANK OVER: a rank column behind the relation. A filter on it makes it a Top-N or a deduplication later. */
import type { Expr, WindowSpecNode } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { Expression } from './expression.ts';
import { inputRef } from './expression-rewrite.ts';
import { BIGINT_NOT_NULL } from './literals.ts';
import { didYouMean, nearestName } from './near-name.ts';
import { appendColumns, type SelectState, sortKey } from './select-state.ts';

const RANK_FUNCTIONS = ['ROW_NUMBER', 'RANK', 'DENSE_RANK'] as const;

export function bindOver(node: Extract<Expr, { kind: 'call' }>, state: SelectState, bind: (inner: Expr) => Expression): Expression {
  const rankFunction = RANK_FUNCTIONS.find((name) => name === node.name);
  if (rankFunction === undefined) throw new SqlError(`${node.name}(…) OVER is not supported by the embedded engine yet.`, node);
  const spec = windowSpecOf(node, state);
  if (spec.frame !== null) throw new SqlError(`${node.name} takes no ROWS or RANGE.`, spec.frame.from);
  if (spec.orderBy.length === 0) throw new SqlError(`${node.name} needs ORDER BY in its OVER.`, node);
  const partition = spec.partitionBy.map(bind);
  const order = spec.orderBy.map((item) => bind(item.expression));
  const columns = appendColumns(state, [...partition, ...order]);
  const partitionKeys = [...new Set(columns.slice(0, partition.length))];
  const orderBy = spec.orderBy.map((item, i) => sortKey(item, columns[partition.length + i]));
  const { rel } = state;
  state.rel = {
    kind: 'rank',
    input: rel,
    rankFunction,
    partitionKeys,
    orderBy,
    range: null,
    outputRank: true,
    schema: [...rel.schema, { name: `w0$o${rel.schema.length}`, type: BIGINT_NOT_NULL }],
    scope: state.context.viewName,
    span: node,
  };
  return inputRef(rel.schema.length, BIGINT_NOT_NULL);
}

/** OVER (…) or OVER w with WINDOW w AS (…). */
function windowSpecOf(node: Extract<Expr, { kind: 'call' }>, state: SelectState): WindowSpecNode {
  const { over } = node;
  if (over === null) throw new Error('a call with OVER');
  if ('partitionBy' in over && over.reference === null) return over;
  const reference = 'partitionBy' in over ? over.reference : over;
  if (reference === null) throw new Error('OVER names a window');
  const named = state.select.windows.find((w) => w.name.name === reference.name);
  if (!named) {
    const near = nearestName(
      reference.name,
      state.select.windows.map((w) => w.name.name),
    );
    throw new SqlError(`There is no window '${reference.name}'.${didYouMean(near)}`, reference, near);
  }
  if (!('partitionBy' in over)) return named.spec;
  return {
    ...named.spec,
    orderBy: over.orderBy.length > 0 ? over.orderBy : named.spec.orderBy,
    frame: over.frame ?? named.spec.frame,
  };
}
