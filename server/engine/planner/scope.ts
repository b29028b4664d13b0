/**
 * Name resolution: what the columns of a FROM clause are called. A path `a.b.c` is first taken as table alias and column, then as a
 * column with nested fields (Calcite's order). Outer scopes serve correlated subqueries: a column of an outer scope is an input with a
 * negative index, -(index + 1), until the subquery is decorrelated.
 */
import type { Identifier, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import type { RowField, RowSchema, SqlType } from '../types/sql-type.ts';
import { quoteName } from './catalog.ts';
import type { Expression } from './expression.ts';
import { inputRef } from './expression-rewrite.ts';
import { didYouMean, nearestName } from './near-name.ts';

export interface ScopeColumn extends RowField {
  /** Index in the input row. */
  readonly index: number;
  /** Merged by USING or NATURAL: seen without qualifier only through its twin. */
  readonly isMerged?: boolean;
}

export interface ScopeRelation {
  readonly alias: string | null;
  readonly columns: readonly ScopeColumn[];
}

export interface Scope {
  readonly relations: readonly ScopeRelation[];
  readonly outer: Scope | null;
}

export function relationOf(alias: string | null, schema: RowSchema, offset = 0): ScopeRelation {
  return { alias, columns: schema.map((field, i) => ({ name: field.name, type: field.type, index: offset + i })) };
}

export function scopeOf(relations: readonly ScopeRelation[], outer: Scope | null = null): Scope {
  return { relations, outer };
}

export function shiftRelation(relation: ScopeRelation, by: number): ScopeRelation {
  return { ...relation, columns: relation.columns.map((column) => ({ ...column, index: column.index + by })) };
}

interface Found {
  readonly column: ScopeColumn;
  readonly rest: readonly Identifier[];
}

/** Throws SqlError naming what is unknown or ambiguous. */
export function resolveColumn(scope: Scope, path: readonly Identifier[], span: Span): Expression {
  const found = lookUp(scope, path);
  if (found) return accessFields(inputRef(found.column.index, found.column.type), found.rest);
  if (scope.outer) {
    const outer = lookUp(scope.outer, path);
    if (outer) return accessFields(inputRef(-(outer.column.index + 1), outer.column.type), outer.rest);
  }
  throw unknownColumn(scope, path, span);
}

function lookUp(scope: Scope, path: readonly Identifier[]): Found | null {
  const first = path[0] as Identifier;
  if (path.length > 1) {
    const relation = scope.relations.find((r) => r.alias === first.name);
    const column = relation?.columns.find((c) => c.name === (path[1] as Identifier).name);
    if (column) return { column, rest: path.slice(2) };
  }
  const matches = scope.relations.flatMap((r) => r.columns.filter((c) => c.name === first.name && c.isMerged !== true));
  if (matches.length > 1) {
    const aliases = scope.relations.filter((r) => r.columns.some((c) => c.name === first.name)).map((r) => r.alias);
    throw new SqlError(
      `Column '${first.name}' is ambiguous: it is in ${aliases.map((a) => `'${a ?? '?'}'`).join(' and ')}. Put the table's name in front.`,
      first,
    );
  }
  return matches[0] ? { column: matches[0], rest: path.slice(1) } : null;
}

/** Nested fields of a ROW; a NULL row gives NULL. */
export function accessFields(base: Expression, rest: readonly Identifier[]): Expression {
  let expression = base;
  for (const field of rest) {
    const type: SqlType = expression.type;
    if (type.kind !== 'ROW') {
      throw new SqlError(`There is no field '${field.name}': what it is taken from is ${type.kind}, not a ROW.`, field);
    }
    const index = type.fields.findIndex((f) => f.name === field.name);
    if (index < 0) {
      const near = nearestName(
        field.name,
        type.fields.map((f) => f.name),
      );
      throw new SqlError(
        `There is no field '${field.name}' in this row; it has ${type.fields.map((f) => `'${f.name}'`).join(', ')}.${didYouMean(near)}`,
        field,
        near === null ? null : quoteName(near),
      );
    }
    const fieldType = (type.fields[index] as RowField).type;
    const nullable = type.nullable || fieldType.nullable;
    expression = { kind: 'field', arg: expression, index, type: { ...fieldType, nullable } as SqlType };
  }
  return expression;
}

function unknownColumn(scope: Scope, path: readonly Identifier[], span: Span): SqlError {
  const first = path[0] as Identifier;
  if (path.length > 1) {
    const relation = scope.relations.find((r) => r.alias === first.name);
    const second = path[1] as Identifier;
    if (relation) {
      const near = nearestName(
        second.name,
        relation.columns.map((c) => c.name),
      );
      return new SqlError(
        `Column '${second.name}' is not in '${first.name}'.${didYouMean(near)}`,
        second,
        near === null ? null : quoteName(near),
      );
    }
    const near = nearestName(
      first.name,
      scope.relations.flatMap((r) => (r.alias === null ? [] : [r.alias])),
    );
    return new SqlError(
      `There is no table or column '${first.name}' here.${didYouMean(near)}`,
      near === null ? span : first,
      near === null ? null : quoteName(near),
    );
  }
  const columns = scope.relations.flatMap((r) => r.columns.map((c) => c.name));
  const near = nearestName(first.name, columns);
  const known =
    columns.length > 0 && columns.length <= 12 && near === null
      ? ` Known are ${[...new Set(columns)].map((c) => `'${c}'`).join(', ')}.`
      : '';
  return new SqlError(
    `Column '${first.name}' is not found in any table.${didYouMean(near)}${known}`,
    first,
    near === null ? null : quoteName(near),
  );
}
