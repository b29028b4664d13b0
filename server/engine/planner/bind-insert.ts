/**
 * Binds INSERT INTO: the query's columns are brought onto the sink's persisted columns (physical ones and metadata that can be
 * written) by position or by the column list, static partitions are filled in, types are cast where Flink casts implicitly.
 */
import { canCastImplicitly } from '../functions/cast-rules.ts';
import { NULL_REFUSED } from '../functions/constraint-functions.ts';
import type { Insert, QueryBody, Span } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import { formatType, type RowField, type RowSchema, type SqlType, withNullability } from '../types/sql-type.ts';
import type { QueryContext } from './bind-context.ts';
import { bindExpression, implicitCast } from './bind-expression.ts';
import { type CatalogTable, quoteName, type ResolvedTable } from './catalog.ts';
import type { Expression } from './expression.ts';
import { conjunction, inputRef } from './expression-rewrite.ts';
import { literal } from './literals.ts';
import { filter, type Logical, project } from './logical-plan.ts';
import { didYouMean, nearestName } from './near-name.ts';
import { scopeOf } from './scope.ts';

export interface BoundInsert {
  readonly sink: ResolvedTable;
  /** Columns are the sink's, in order. */
  readonly query: Logical;
  readonly schema: RowSchema;
  readonly span: Span;
}

export function bindInsert(statement: Insert, context: QueryContext, settings: Readonly<Record<string, string>>): BoundInsert {
  if (statement.isOverwrite)
    throw new SqlError('INSERT OVERWRITE is for batch jobs; a streaming job appends or updates. Write INSERT INTO.', statement);
  const object = context.catalog.get(statement.table);
  if (object.kind === 'view') throw new SqlError(`'${object.name}' is a view; rows go into tables only.`, statement.table);
  const hints = statement.hints.filter((hint) => hint.name === 'OPTIONS').flatMap((hint) => hint.options);
  const query = context.bindQuery(statement.query, context);
  const sink = context.session.resolveTable(object, hints);
  const columns = persistedColumns(object);
  const statics = staticPartition(statement, object, context);
  const targets = targetColumns(statement, columns, statics);
  if (targets.length !== query.schema.length) {
    throw new SqlError(
      `The query gives ${query.schema.length} columns, but '${object.name}' takes ${targets.length}: query (${columnList(query.schema)}), sink (${columnList(targets)}).`,
      statement.table,
    );
  }
  const cast = query.schema.map((field, i) => castColumn(field, i, targets[i], statement, object));
  const expressions = columns.map((column): Expression => {
    const at = targets.indexOf(column);
    if (at >= 0) return cast[at];
    const fixed = statics.get(column.name);
    if (fixed) return implicitCast(fixed, column.type);
    if (!column.type.nullable)
      throw new SqlError(`Column '${column.name}' of '${object.name}' is NOT NULL and must be in the column list.`, statement.table);
    return literal(null, withNullability(column.type, true));
  });
  const rel = project(
    query,
    expressions,
    columns.map((c) => c.name),
  );
  const schema = columns.map((column) => ({ name: column.name, type: withoutAttribute(column.type) }));
  return { sink, query: enforceNotNull(rel, object, columns, settings), schema, span: statement.table };
}

function columnList(schema: RowSchema): string {
  return schema.map((field) => `${field.name} ${formatType(withoutAttribute(field.type))}`).join(', ');
}

function persistedColumns(table: CatalogTable): readonly RowField[] {
  return table.columns.filter((c) => c.kind === 'physical' || (c.kind === 'metadata' && !c.isVirtual));
}

function staticPartition(statement: Insert, table: CatalogTable, context: QueryContext): ReadonlyMap<string, Expression> {
  const fixed = new Map<string, Expression>();
  for (const { column, value } of statement.partition) {
    if (!table.plan.partitionKeys.includes(column.name)) {
      const near = nearestName(column.name, table.plan.partitionKeys);
      throw new SqlError(`'${column.name}' is no partition column of '${table.name}'.${didYouMean(near)}`, column, near);
    }
    if (value === null) continue;
    fixed.set(column.name, bindExpression(value, { scope: scopeOf([]), place: 'PARTITION', functions: context.session.functions }));
  }
  return fixed;
}

function targetColumns(statement: Insert, columns: readonly RowField[], statics: ReadonlyMap<string, Expression>): readonly RowField[] {
  if (statement.columns === null) return columns.filter((column) => !statics.has(column.name));
  const seen = new Set<string>();
  return statement.columns.map((written) => {
    const column = columns.find((c) => c.name === written.name);
    if (column === undefined) {
      const near = nearestName(
        written.name,
        columns.map((c) => c.name),
      );
      throw new SqlError(
        `There is no column '${written.name}' in the sink.${didYouMean(near)}`,
        written,
        near === null ? null : quoteName(near),
      );
    }
    if (seen.has(written.name)) throw new SqlError(`Column '${written.name}' is in the list twice.`, written);
    seen.add(written.name);
    return column;
  });
}

function castColumn(field: RowField, index: number, target: RowField, statement: Insert, table: CatalogTable): Expression {
  const input = inputRef(index, field.type);
  if (!canCastImplicitly(withoutAttribute(field.type), target.type)) {
    throw new SqlError(
      `Column '${target.name}' of '${table.name}' is ${formatType(target.type)}, but the query's column ${index + 1}, '${field.name}', is ${formatType(withoutAttribute(field.type))}. Cast it: CAST(${quoteName(field.name)} AS ${formatType(withNullability(target.type, true))}).`,
      columnSpan(statement.query.body, index) ?? statement.table,
    );
  }
  return implicitCast(input, target.type);
}

function columnSpan(body: QueryBody, index: number): Span | null {
  if (body.kind === 'select') return body.items.some((item) => item.kind === 'star') ? null : (body.items[index] ?? null);
  if (body.kind === 'values') return body.rows[0]?.[index] ?? null;
  if (body.kind === 'parenthesized') return columnSpan(body.query.body, index);
  return null;
}

/** NULL in a NOT NULL column fails the job, or with table.exec.sink.not-null-enforcer = DROP the row is left out. */
function enforceNotNull(
  rel: Logical,
  table: CatalogTable,
  columns: readonly RowField[],
  settings: Readonly<Record<string, string>>,
): Logical {
  const isDropping = settings['table.exec.sink.not-null-enforcer']?.toUpperCase() === 'DROP';
  const boolean: SqlType = { kind: 'BOOLEAN', nullable: false };
  const conditions = columns.flatMap((column, index): readonly Expression[] => {
    const field = rel.schema[index];
    if (column.type.nullable || !field.type.nullable) return [];
    const isSet: Expression = { kind: 'call', function: 'IS NOT NULL', args: [inputRef(index, field.type)], type: boolean };
    if (isDropping) return [isSet];
    const refusal: Expression = {
      kind: 'call',
      function: NULL_REFUSED,
      args: [],
      type: boolean,
      options: { column: column.name, table: table.name },
    };
    return [{ kind: 'call', function: 'OR', args: [isSet, refusal], type: boolean }];
  });
  return filter(rel, conjunction(conditions));
}
