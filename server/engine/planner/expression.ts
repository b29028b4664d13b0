/**
 * Typed, resolved expressions: what the binder makes of the AST and what codegen and the interpreter run. JSON-safe but for
 * bigint and bytes inside literals (types/value.ts). All implicit coercions are explicit `cast`s here.
 */
import type { SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';

export type Expression =
  /** Column `index` of the input row; for two inputs, the right one's columns follow the left one's. */
  | { readonly kind: 'input'; readonly index: number; readonly type: SqlType }
  | { readonly kind: 'literal'; readonly value: Value; readonly type: SqlType }
  /**
   * `function` is the canonical name in functions/catalogue.ts: operators too (`+`, `-`, `*`, `/`, `%`, `=`, `<>`, `<`, `<=`, `>`, `>=`,
   * AND, OR, NOT, IS NULL, IS NOT NULL, IS TRUE, …, `||`). `options` holds what is syntax, not value (a time unit, TRIM's side).
   */
  | {
      readonly kind: 'call';
      readonly function: string;
      readonly args: readonly Expression[];
      readonly type: SqlType;
      readonly options?: Readonly<Record<string, string | number | boolean | null>>;
    }
  | { readonly kind: 'cast'; readonly arg: Expression; readonly type: SqlType; readonly isTry: boolean }
  /** Branches in order; only the chosen one is evaluated. */
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression;
      readonly type: SqlType;
    }
  /** Field of a ROW value. */
  | { readonly kind: 'field'; readonly arg: Expression; readonly index: number; readonly type: SqlType };
