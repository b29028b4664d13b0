/** What binding of a query needs to know around the query itself. */
import type { FunctionContext } from '../functions/contract.ts';
import type { OptionEntry, Query } from '../sql/ast.ts';
import type { Catalog, CatalogTable, ResolvedTable } from './catalog.ts';
import type { Logical } from './logical-plan.ts';
import type { Scope } from './scope.ts';

export interface Session {
  readonly functions: FunctionContext;
  /** Lets the table's connector check it; throws SqlError at the option at fault. `hints` are OPTIONS of the query. */
  resolveTable(table: CatalogTable, hints: readonly OptionEntry[]): ResolvedTable;
  warn(message: string, span: { readonly start: number; readonly end: number }): void;
}

export interface QueryContext {
  readonly catalog: Catalog;
  readonly ctes: ReadonlyMap<string, Logical>;
  readonly session: Session;
  /** The view that is being bound, or null. */
  readonly viewName: string | null;
  /** Columns of the query around, for correlated subqueries. */
  readonly outer: Scope | null;
  /** Binds a query inside this one (bind-query.ts). */
  bindQuery(query: Query, context: QueryContext): Logical;
}
