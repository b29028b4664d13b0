/**
 * The logical plan: what a query means, before operators are chosen. Nodes are immutable; a column is named by its index in the
 * node's schema. `scope` is the view a node comes from, or null: stateful operators derive their uid from it.
 */
import type { Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { ResolvedTable } from './catalog.ts';
import type { Expression } from './expression.ts';
import type { JoinKind, SortKey, WindowProperty, WindowSpec } from './physical-plan.ts';

/** A column index, then field indexes below it. */
export type ColumnPath = readonly number[];

export interface LogicalBase {
  readonly schema: RowSchema;
}

export interface LogicalScan extends LogicalBase {
  readonly kind: 'scan';
  readonly source: ResolvedTable;
  /** Distinguishes the same table with other options (hints). */
  readonly digest: string;
  /** After pruning: what each column of the schema is, as declared column and fields below it; null = all declared columns. */
  readonly paths: readonly ColumnPath[] | null;
}

export interface LogicalValues extends LogicalBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export interface LogicalProject extends LogicalBase {
  readonly kind: 'project';
  readonly input: Logical;
  readonly expressions: readonly Expression[];
}

export interface LogicalFilter extends LogicalBase {
  readonly kind: 'filter';
  readonly input: Logical;
  readonly condition: Expression;
}

export interface LogicalCall {
  readonly function: string;
  readonly args: readonly number[];
  readonly isDistinct: boolean;
  readonly filter: number | null;
  readonly type: import('../types/sql-type.ts').SqlType;
  readonly options?: Readonly<Record<string, string | number | boolean | null>>;
  readonly name: string;
}

/** A group window of GROUP BY TUMBLE(ts, …): the window is made by the aggregate itself. */
export interface GroupWindow {
  readonly spec: WindowSpec;
  readonly time: number;
}

/** Output: keys, calls, then `properties` of the group window. */
export interface LogicalAggregate extends LogicalBase {
  readonly kind: 'aggregate';
  readonly input: Logical;
  readonly keys: readonly number[];
  readonly calls: readonly LogicalCall[];
  readonly window: GroupWindow | null;
  readonly properties: readonly WindowProperty[];
  readonly scope: string | null;
  readonly span: Span;
}

/** Output: input, window_start, window_end, window_time. */
export interface LogicalWindowFunction extends LogicalBase {
  readonly kind: 'windowFunction';
  readonly input: Logical;
  readonly window: WindowSpec;
  readonly time: number;
  readonly partitionKeys: readonly number[];
  readonly scope: string | null;
  readonly span: Span;
}

/** Output: left then right columns (semi, anti: left only). The condition runs over left then right columns. */
export interface LogicalJoin extends LogicalBase {
  readonly kind: 'join';
  readonly joinKind: JoinKind;
  readonly left: Logical;
  readonly right: Logical;
  readonly condition: Expression | null;
  readonly scope: string | null;
  readonly span: Span;
}

export interface LogicalUnion extends LogicalBase {
  readonly kind: 'union';
  readonly inputs: readonly Logical[];
}

/** ROW_NUMBER() OVER (…) as a last column; `range` is set once a filter on it was found. */
export interface LogicalRank extends LogicalBase {
  readonly kind: 'rank';
  readonly input: Logical;
  readonly rankFunction: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';
  readonly partitionKeys: readonly number[];
  readonly orderBy: readonly SortKey[];
  readonly range: { readonly start: number; readonly end: number } | null;
  /** False once nobody needs the rank: the schema then lacks it. */
  readonly outputRank: boolean;
  readonly scope: string | null;
  readonly span: Span;
}

export interface LogicalSort extends LogicalBase {
  readonly kind: 'sort';
  readonly input: Logical;
  readonly orderBy: readonly SortKey[];
  readonly offset: number;
  readonly limit: number | null;
  readonly scope: string | null;
  readonly span: Span;
}

/** Output: input, then the element's columns (and the ordinal). The condition runs over the output. */
export interface LogicalUnnest extends LogicalBase {
  readonly kind: 'unnest';
  readonly input: Logical;
  readonly array: Expression;
  readonly joinKind: 'inner' | 'left';
  readonly withOrdinality: boolean;
  readonly condition: Expression | null;
}

/** Output: input, then the grouping id (BIGINT). */
export interface LogicalExpand extends LogicalBase {
  readonly kind: 'expand';
  readonly input: Logical;
  readonly sets: readonly { readonly keep: readonly number[]; readonly groupingId: number }[];
}

export type Logical =
  | LogicalScan
  | LogicalValues
  | LogicalProject
  | LogicalFilter
  | LogicalAggregate
  | LogicalWindowFunction
  | LogicalJoin
  | LogicalUnion
  | LogicalRank
  | LogicalSort
  | LogicalUnnest
  | LogicalExpand;

export function project(input: Logical, expressions: readonly Expression[], names: readonly string[]): LogicalProject {
  return { kind: 'project', input, expressions, schema: expressions.map((e, i) => ({ name: names[i], type: e.type })) };
}

export function filter(input: Logical, condition: Expression | null): Logical {
  return condition === null ? input : { kind: 'filter', input, condition, schema: input.schema };
}

/** The same rows with other column names. */
export function rename(input: Logical, names: readonly string[]): Logical {
  return project(
    input,
    input.schema.map((field, index) => ({ kind: 'input', index, type: field.type })),
    names,
  );
}

/** Gives all columns new names; the counts must agree. */
export function renameTo(rel: Logical, names: readonly string[], span: Span): Logical {
  if (names.length !== rel.schema.length) {
    throw new SqlError(`The list names ${names.length} columns, but the query gives ${rel.schema.length}.`, span);
  }
  return rename(rel, names);
}

/** One row for equal rows. */
export function distinct(input: Logical, scope: string | null, span: Span): LogicalAggregate {
  return {
    kind: 'aggregate',
    input,
    keys: input.schema.map((_, i) => i),
    calls: [],
    window: null,
    properties: [],
    schema: input.schema,
    scope,
    span,
  };
}
