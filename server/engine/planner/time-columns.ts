/** Time attributes of physical columns. */
import type { Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Draft } from './physical-draft.ts';
import type { TimeDomain } from './physical-plan.ts';

export function attributeOf(type: SqlType): TimeDomain | null {
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? (type.attribute ?? null) : null;
}

export function isRowtime(type: SqlType): boolean {
  return attributeOf(type) === 'rowtime';
}

/** Windows over TIMESTAMP_LTZ follow the session's time zone. */
export function isZonedTime(type: SqlType): boolean {
  return type.kind === 'TIMESTAMP_LTZ';
}

export function domainOf(type: SqlType): TimeDomain {
  return attributeOf(type) ?? 'rowtime';
}

/** The column, when it still is a time attribute; an operator below (a regular join, GROUP BY) may have lost it. */
export function demandTime(input: Draft, column: number, what: string, span: Span): number {
  if (attributeOf(input.schema[column].type) !== null) return column;
  throw new SqlError(
    `${what} needs a time attribute, but '${input.schema[column].name}' has lost it: a regular join, GROUP BY or computation below makes it a plain timestamp.`,
    span,
  );
}
