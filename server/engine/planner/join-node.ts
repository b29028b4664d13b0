/** Makes logical joins: output schema and nullability by kind. */
import type { Span } from '../sql/ast.ts';
import { type RowField, withNullability } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import type { Expression } from './expression.ts';
import { mapInputs } from './expression-rewrite.ts';
import type { Logical } from './logical-plan.ts';
import type { JoinKind } from './physical-plan.ts';

export function joinOf(
  kind: JoinKind,
  left: Logical,
  right: Logical,
  condition: Expression | null,
  context: QueryContext,
  span: Span,
): Logical {
  const nullable = (fields: readonly RowField[], isNullable: boolean): RowField[] =>
    fields.map((f) => (isNullable ? { name: f.name, type: withNullability(f.type, true) } : f));
  const schema =
    kind === 'semi' || kind === 'anti'
      ? left.schema
      : [...nullable(left.schema, kind === 'right' || kind === 'full'), ...nullable(right.schema, kind === 'left' || kind === 'full')];
  return { kind: 'join', joinKind: kind, left, right, condition, schema, scope: context.viewName, span };
}

/** Outer references (negative) become columns of the left input, the others of the right one. */
export function outerToLeft(condition: Expression, leftWidth: number): Expression {
  return mapInputs(condition, (input) => ({ ...input, index: input.index < 0 ? -input.index - 1 : leftWidth + input.index }));
}
