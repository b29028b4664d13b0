/** A SELECT that is being bound: its relation under way, and columns appended to it. */
import type { OrderItem, Select } from '../sql/ast.ts';
import type { QueryContext } from './bind-context.ts';
import type { Expression } from './expression.ts';
import { expressionDigest, inputRef } from './expression-rewrite.ts';
import { type Logical, project } from './logical-plan.ts';
import type { SortKey } from './physical-plan.ts';
import type { Scope } from './scope.ts';

export interface SelectState {
  rel: Logical;
  readonly scope: Scope;
  readonly select: Select;
  readonly context: QueryContext;
}

/** NULLs are the lowest values, as in Flink, unless the item says otherwise. */
export function sortKey(item: OrderItem, index: number): SortKey {
  return { index, descending: item.isDescending, nullsLast: item.nulls === null ? item.isDescending : item.nulls === 'LAST' };
}

/** Indexes of columns with these values in the state's relation; what is no column yet is appended. */
export function appendColumns(state: SelectState, expressions: readonly Expression[]): readonly number[] {
  const { rel } = state;
  const added: Expression[] = [];
  const indexes = expressions.map((expression) => {
    if (expression.kind === 'input') return expression.index;
    const digest = expressionDigest(expression);
    const at = added.findIndex((a) => expressionDigest(a) === digest);
    if (at >= 0) return rel.schema.length + at;
    added.push(expression);
    return rel.schema.length + added.length - 1;
  });
  if (added.length > 0) {
    const own = rel.schema.map((field, i) => inputRef(i, field.type));
    state.rel = project(rel, [...own, ...added], [...rel.schema.map((f) => f.name), ...added.map((_, i) => `$f${rel.schema.length + i}`)]);
  }
  return indexes;
}
