/** Binds CREATE TABLE: columns, computed and metadata columns, WATERMARK, PRIMARY KEY, PARTITIONED BY, LIKE. */
import type { FunctionContext } from '../functions/contract.ts';
import type { ColumnDefinition, CreateTable, Identifier, OptionEntry, WatermarkDefinition } from '../sql/ast.ts';
import { SqlError } from '../sql/problem.ts';
import { withoutAttribute } from '../types/coercion.ts';
import { formatType, type RowSchema, withNullability } from '../types/sql-type.ts';
import { type BindContext, bindExpression } from './bind-expression.ts';
import { type CatalogColumn, type CatalogTable, quoteName } from './catalog.ts';
import { didYouMean, nearestName } from './near-name.ts';
import type { PlanTable } from './physical-plan.ts';
import { relationOf, type ScopeColumn, scopeOf } from './scope.ts';
import { sqlTypeOf } from './type-node.ts';

/** `base` is the table of LIKE, or null. Throws SqlError at what is wrong. */
export function defineTable(statement: CreateTable, name: string, base: CatalogTable | null, functions: FunctionContext): CatalogTable {
  const like = likeRules(statement);
  const inherited =
    base === null
      ? []
      : base.columns.filter((c) => keeps(like, c.kind === 'computed' ? 'GENERATED' : c.kind === 'metadata' ? 'METADATA' : 'ALL'));
  const key = primaryKeyOf(statement) ?? (base !== null && keeps(like, 'CONSTRAINTS') ? base.plan.primaryKey : []);
  const columns = bindColumns(statement, inherited, key, functions);
  checkKey(statement, columns);
  const ownWatermark = bindWatermark(statement.watermarks, columns, functions);
  const watermark = ownWatermark ?? (base !== null && keeps(like, 'WATERMARKS') ? base.watermark : null);
  const partitionKeys =
    statement.partitionedBy.length > 0
      ? statement.partitionedBy.map((p) => known(p, columns, 'Partition column'))
      : base && keeps(like, 'PARTITIONS')
        ? base.plan.partitionKeys
        : [];
  const optionEntries = mergeOptions(base !== null && keeps(like, 'OPTIONS') ? base.optionEntries : [], statement.options);
  return {
    kind: 'table',
    name,
    statement,
    columns,
    watermark,
    plan: planTable(name, columns, key, partitionKeys, optionEntries),
    optionEntries,
  };
}

/** The columns that CREATE TABLE … AS takes from its query, as a table to be LIKE. */
export function tableOfQuery(statement: CreateTable, name: string, schema: RowSchema): CatalogTable {
  const columns = schema.map(
    (field): CatalogColumn => ({ kind: 'physical', name: field.name, type: withoutAttribute(field.type), span: statement.name }),
  );
  return { kind: 'table', name, statement, columns, watermark: null, plan: planTable(name, columns, [], [], []), optionEntries: [] };
}

/** Later entries win. */
export function mergeOptions(first: readonly OptionEntry[], second: readonly OptionEntry[]): readonly OptionEntry[] {
  const keys = new Set(second.map((entry) => entry.key));
  return [...first.filter((entry) => !keys.has(entry.key)), ...second];
}

export function planTable(
  name: string,
  columns: readonly CatalogColumn[],
  primaryKey: readonly string[],
  partitionKeys: readonly string[],
  entries: readonly OptionEntry[],
): PlanTable {
  const options = Object.fromEntries(entries.map((entry) => [entry.key, entry.value]));
  return {
    name,
    connector: options.connector ?? '',
    options,
    physical: columns.filter((c) => c.kind === 'physical').map((c) => ({ name: c.name, type: c.type })),
    metadata: columns.flatMap((c) => (c.kind === 'metadata' && !c.isVirtual ? [{ key: c.key, name: c.name, type: c.type }] : [])),
    primaryKey,
    partitionKeys,
  };
}

type LikeRules = ReadonlyMap<string, string>;

/** `INCLUDING ALL`, `EXCLUDING OPTIONS`, `OVERWRITING WATERMARKS`: feature to rule. */
function likeRules(statement: CreateTable): LikeRules {
  const rules = new Map<string, string>();
  for (const option of statement.like?.options ?? []) {
    const [rule, feature] = option.toUpperCase().split(/\s+/);
    rules.set(feature, rule);
  }
  return rules;
}

function keeps(rules: LikeRules, feature: string): boolean {
  return (rules.get(feature) ?? rules.get('ALL')) !== 'EXCLUDING' || feature === 'ALL';
}

function primaryKeyOf(statement: CreateTable): readonly string[] | null {
  const { primaryKey } = statement;
  if (primaryKey === null) return null;
  if (primaryKey.isEnforced) throw new SqlError('Flink does not own the data: write PRIMARY KEY (…) NOT ENFORCED.', primaryKey);
  return primaryKey.columns.map((c) => c.name);
}

function checkKey(statement: CreateTable, columns: readonly CatalogColumn[]): void {
  for (const column of statement.primaryKey?.columns ?? []) {
    known(column, columns, 'Primary key column');
    if (columns.find((c) => c.name === column.name)?.kind !== 'physical') {
      throw new SqlError(`Primary key column '${column.name}' must be a physical column.`, column);
    }
  }
}

function known(column: Identifier, columns: readonly CatalogColumn[], what: string): string {
  const names = columns.map((c) => c.name);
  if (names.includes(column.name)) return column.name;
  const near = nearestName(column.name, names);
  const list = names.map((n) => `'${n}'`).join(', ');
  throw new SqlError(
    `${what} '${column.name}' is not a column of the table; there are ${list}.${didYouMean(near)}`,
    column,
    near === null ? null : quoteName(near),
  );
}

function bindColumns(
  statement: CreateTable,
  inherited: readonly CatalogColumn[],
  key: readonly string[],
  functions: FunctionContext,
): readonly CatalogColumn[] {
  const seen = new Set(inherited.map((c) => c.name));
  for (const column of statement.columns) {
    if (seen.has(column.name.name)) throw new SqlError(`Column '${column.name.name}' is declared twice.`, column.name);
    seen.add(column.name.name);
  }
  const declared = statement.columns.map((column) => (column.kind === 'computed' ? null : storedColumn(column, key)));
  const base: ScopeColumn[] = [];
  for (const [index, column] of [...inherited, ...declared].entries()) {
    if (column !== null && column.kind !== 'computed') base.push({ name: column.name, type: column.type, index });
  }
  const bind: BindContext = { scope: scopeOf([{ alias: null, columns: base }]), place: 'a computed column', functions };
  const own = statement.columns.map((column, i): CatalogColumn => {
    const stored = declared[i];
    if (stored !== null) return stored;
    if (column.kind !== 'computed') throw new Error('only computed columns are left');
    const expression = bindExpression(column.expression, bind);
    return { kind: 'computed', name: column.name.name, type: expression.type, expression, span: column };
  });
  return [...inherited, ...own];
}

function storedColumn(column: Exclude<ColumnDefinition, { kind: 'computed' }>, key: readonly string[]): CatalogColumn {
  const declared = sqlTypeOf(column.type);
  const name = column.name.name;
  const type = key.includes(name) ? withNullability(declared, false) : declared;
  if (column.kind === 'physical') return { kind: 'physical', name, type, span: column };
  return { kind: 'metadata', name, type, key: column.from ?? name, isVirtual: column.isVirtual, span: column };
}

function bindWatermark(
  definitions: readonly WatermarkDefinition[],
  columns: readonly CatalogColumn[],
  functions: FunctionContext,
): CatalogTable['watermark'] {
  const [definition, second] = definitions;
  if (definition === undefined) return null;
  if (second !== undefined) throw new SqlError('A table has one WATERMARK only.', second);
  const name = definition.column[0];
  if (definition.column.length > 1)
    throw new SqlError('A WATERMARK on a nested field is not supported by the embedded engine yet; compute a column of it.', name);
  known(name, columns, 'The time column of WATERMARK');
  const index = columns.findIndex((c) => c.name === name.name);
  demandTime(columns[index], name);
  const schema: RowSchema = columns.map((c) => ({ name: c.name, type: c.type }));
  const scope = scopeOf([relationOf(null, schema)]);
  const expression = bindExpression(definition.expression, { scope, place: 'WATERMARK', functions });
  const { type } = expression;
  if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.precision > 3) {
    throw new SqlError(
      `The watermark must be a TIMESTAMP or TIMESTAMP_LTZ of precision 0 to 3, but is ${formatType(type)}.`,
      definition.expression,
    );
  }
  return { column: index, expression };
}

function demandTime(column: CatalogColumn, span: Identifier): void {
  const { type } = column;
  if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.precision > 3) {
    throw new SqlError(
      `The time column of WATERMARK must be TIMESTAMP or TIMESTAMP_LTZ of precision 0 to 3, but '${column.name}' is ${formatType(type)}.`,
      span,
    );
  }
}
