/**
 * The tables and views of one script. Names are case-sensitive and may carry a database; `default_catalog.default_database` is implied.
 */

import type { Connector, TableFacts } from '../connectors/contract.ts';
import type { CreateTable, CreateView, Identifier, OptionEntry, Query, Span, TableName } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Expression } from './expression.ts';
import { didYouMean, nearestName } from './near-name.ts';
import type { PlanTable } from './physical-plan.ts';

export type CatalogColumn = { readonly name: string; readonly type: SqlType; readonly span: Span } & (
  | { readonly kind: 'physical' }
  | { readonly kind: 'metadata'; readonly key: string; readonly isVirtual: boolean }
  /** Inputs of the expression are indexes of declared columns. */
  | { readonly kind: 'computed'; readonly expression: Expression }
);

export interface CatalogTable {
  readonly kind: 'table';
  readonly name: string;
  readonly statement: CreateTable;
  readonly columns: readonly CatalogColumn[];
  /** The expression's inputs are indexes of declared columns. */
  readonly watermark: { readonly column: number; readonly expression: Expression } | null;
  readonly plan: PlanTable;
  /** All entries behind `plan.options`, for the places of problems. */
  readonly optionEntries: readonly OptionEntry[];
}

export interface CatalogView {
  readonly kind: 'view';
  readonly name: string;
  readonly statement: CreateView;
  readonly query: Query;
  readonly columns: readonly Identifier[] | null;
  /** Tables and views as they were when the view was made. */
  readonly catalog: Catalog;
}

/** A table whose connector has looked at it. */
export interface ResolvedTable {
  readonly table: CatalogTable;
  readonly connector: Connector;
  readonly facts: TableFacts;
}

export type CatalogObject = CatalogTable | CatalogView;

const DEFAULT_CATALOG = 'default_catalog';
const DEFAULT_DATABASE = 'default_database';

/** A name whose own CREATE was refused already: no further problem. */
export class BrokenName extends Error {
  override readonly name = 'BrokenName';
}

export class Catalog {
  readonly #objects: Map<string, CatalogObject>;
  readonly #databases: Set<string>;
  readonly #broken: Set<string>;
  #database: string;

  constructor(from?: Catalog) {
    this.#objects = new Map(from ? from.#objects : []);
    this.#databases = new Set(from ? from.#databases : [DEFAULT_DATABASE]);
    this.#broken = new Set(from ? from.#broken : []);
    this.#database = from ? from.#database : DEFAULT_DATABASE;
  }

  /** Later changes of this catalog do not show in the copy. */
  copy(): Catalog {
    return new Catalog(this);
  }

  /** `d2.t` for a table of another database than the default one, else `t`. */
  keyOf(name: TableName): string {
    const parts = name.parts.map((part) => part.name);
    if (parts.length > 2 && parts[0] === DEFAULT_CATALOG) parts.shift();
    if (parts.length === 1 && this.#database !== DEFAULT_DATABASE) parts.unshift(this.#database);
    if (parts.length > 1 && parts[0] === DEFAULT_DATABASE) parts.shift();
    return parts.join('.');
  }

  find(name: TableName): CatalogObject | null {
    return this.#objects.get(this.keyOf(name)) ?? null;
  }

  /** Throws SqlError with the nearest known name. */
  get(name: TableName, extraNames: readonly string[] = []): CatalogObject {
    const found = this.find(name);
    if (found) return found;
    const key = this.keyOf(name);
    if (this.#broken.has(key)) throw new BrokenName(key);
    const near = nearestName(key, [...this.#objects.keys(), ...extraNames]);
    throw new SqlError(`There is no table or view '${key}'.${didYouMean(near)}`, name, near === null ? null : quoteName(near));
  }

  add(object: CatalogObject, name: TableName): void {
    if (this.find(name)) {
      throw new SqlError(`A table or view '${object.name}' exists already; drop it first or write IF NOT EXISTS.`, name);
    }
    this.#objects.set(this.keyOf(name), object);
  }

  drop(name: TableName, kind: 'TABLE' | 'VIEW', ifExists: boolean): void {
    const found = this.find(name);
    if (!found) {
      if (ifExists) return;
      this.get(name);
      return;
    }
    if ((found.kind === 'table') !== (kind === 'TABLE')) {
      throw new SqlError(`'${found.name}' is a ${found.kind}; write DROP ${found.kind.toUpperCase()}.`, name);
    }
    this.#objects.delete(this.keyOf(name));
  }

  /** Notes a name whose CREATE failed: what refers to it is not told as unknown. */
  markBroken(name: TableName): void {
    this.#broken.add(this.keyOf(name));
  }

  createDatabase(name: TableName, ifNotExists: boolean): void {
    const key = databaseOf(name);
    if (this.#databases.has(key) && !ifNotExists) throw new SqlError(`A database '${key}' exists already.`, name);
    this.#databases.add(key);
  }

  switchTo(name: TableName): void {
    const key = databaseOf(name);
    if (!this.#databases.has(key)) {
      const near = nearestName(key, this.#databases);
      throw new SqlError(`There is no database '${key}'.${didYouMean(near)}`, name, near === null ? null : quoteName(near));
    }
    this.#database = key;
  }
}

function databaseOf(name: TableName): string {
  const parts = name.parts.map((part) => part.name);
  return parts[0] === DEFAULT_CATALOG && parts.length > 1 ? parts[1] : parts[0];
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** With back-ticks where the name is no plain word. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => (PLAIN_NAME.test(part) ? part : `\`${part}\``))
    .join('.');
}

export function schemaOf(table: CatalogTable): RowSchema {
  return table.columns.map((column, index) => ({
    name: column.name,
    type:
      table.watermark?.column === index && (column.type.kind === 'TIMESTAMP' || column.type.kind === 'TIMESTAMP_LTZ')
        ? { ...column.type, attribute: 'rowtime' as const }
        : column.type,
  }));
}
