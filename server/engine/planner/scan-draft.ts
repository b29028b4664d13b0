/**
 * A table's scan as operators: source (only what is read), computed and converted columns, ChangelogNormalize for upsert sources, watermark.
 */
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { isSameType } from '../types/type-families.ts';
import { addCalc } from './calc-draft.ts';
import { type CatalogTable, schemaOf } from './catalog.ts';
import { collectPaths, columnAt, normalisePaths, onPaths, takeFields } from './column-paths.ts';
import type { Expression } from './expression.ts';
import { expressionText, inputRef } from './expression-rewrite.ts';
import { durationSetting } from './job-options.ts';
import type { ColumnPath, LogicalScan } from './logical-plan.ts';
import { type DraftFacts, type DraftPlan, uniqueKey } from './physical-draft.ts';
import type { TableColumnRead } from './physical-plan.ts';

export interface ScanSettings {
  readonly watermarkIntervalMs: number;
  readonly idleTimeoutMs: number;
  /** Digests of scans whose watermark an operator needs; null = all. */
  readonly watermarked: ReadonlySet<string> | null;
}

/** All declared columns that the scan's own working needs besides what was asked: watermark and upsert key. */
export function scanNeeds(scan: LogicalScan, settings: ScanSettings): readonly ColumnPath[] {
  const { table } = scan.source;
  const needs: ColumnPath[] = [];
  if (hasWatermark(scan, settings) && table.watermark !== null)
    needs.push([table.watermark.column], ...collectPaths([table.watermark.expression]));
  if (isUpsert(scan)) needs.push(...table.plan.primaryKey.map((name): ColumnPath => [table.columns.findIndex((c) => c.name === name)]));
  return needs;
}

function hasWatermark(scan: LogicalScan, settings: ScanSettings): boolean {
  return scan.source.table.watermark !== null && (settings.watermarked === null || settings.watermarked.has(scan.digest));
}

function isUpsert(scan: LogicalScan): boolean {
  const changelog = scan.source.facts.sourceChangelog;
  return changelog?.updateAfter === true && !changelog.updateBefore;
}

/** Type and field at the end of a path below declared columns. */
export function pathField(scan: LogicalScan, path: ColumnPath): { readonly name: string; readonly type: SqlType } {
  const declared = schemaOf(scan.source.table);
  const column = declared[path[0]];
  const taken = takeFields(inputRef(path[0], column.type), path.slice(1));
  return { name: path.length === 1 ? column.name : expressionText(taken, () => column.name), type: taken.type };
}

export function addScan(plan: DraftPlan, scan: LogicalScan, settings: ScanSettings): number {
  const { table } = scan.source;
  const paths = scan.paths ?? table.columns.map((_, i): ColumnPath => [i]);
  const stored = normalisePaths(
    paths.flatMap((path): readonly ColumnPath[] => {
      const column = table.columns[path[0]];
      return column.kind === 'computed' ? collectPaths([column.expression]) : column.kind === 'metadata' ? [[path[0]]] : [path];
    }),
  );
  const source = addSource(plan, scan, stored);
  const rawTypes = plan.get(source).schema.map((field) => field.type);
  const projection = paths.map((path): Expression => {
    const column = table.columns[path[0]];
    if (column.kind === 'computed') return marked(takeFields(onPaths(column.expression, stored, rawTypes), path.slice(1)), table, path);
    const read = onPaths(takeFields(inputRef(path[0], column.type), path.slice(1)), stored, rawTypes);
    return column.kind === 'metadata' ? marked(asDeclared(read, column.type), table, path) : read;
  });
  let id = addCalc(
    plan,
    source,
    projection,
    null,
    paths.map((path) => pathField(scan, path).name),
  );
  if (isUpsert(scan)) id = addNormalize(plan, id, scan, paths);
  if (hasWatermark(scan, settings)) id = addWatermark(plan, id, table, paths, settings);
  return id;
}

/** The rowtime column is a time attribute even where its watermark is left out. */
function timeType(type: SqlType, table: CatalogTable, path: ColumnPath): SqlType {
  const isRowtime = path.length === 1 && table.watermark?.column === path[0];
  return isRowtime && (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') ? { ...type, attribute: 'rowtime' } : type;
}

function marked(expression: Expression, table: CatalogTable, path: ColumnPath): Expression {
  const type = timeType(expression.type, table, path);
  return type === expression.type ? expression : ({ ...expression, type } as Expression);
}

function asDeclared(read: Expression, declared: SqlType): Expression {
  if (isSameType(withNullability(read.type, true), withNullability(declared, true))) return read;
  return { kind: 'cast', arg: read, type: withNullability(declared, read.type.nullable), isTry: false };
}

function addSource(plan: DraftPlan, scan: LogicalScan, stored: readonly ColumnPath[]): number {
  const { table, facts } = scan.source;
  const reads = stored.map((path): TableColumnRead => {
    const column = table.columns[path[0]];
    if (column.kind === 'metadata') {
      const offered = facts.metadata.find((m) => m.key === column.key);
      return { path: [column.name], type: offered?.type ?? column.type, metadata: column.key };
    }
    return { path: pathNames(column.name, column.type, path), type: takeFields(inputRef(path[0], column.type), path.slice(1)).type };
  });
  const schema = reads.map((read, i) => ({ name: read.path.join('.'), type: timeType(read.type, table, stored[i]) }));
  const changelog = facts.sourceChangelog;
  const draftFacts: DraftFacts = {
    meanings: reads.map((read) => `${table.name}.${read.path.join('.')}`),
    uniqueKeys: keyColumns(table, stored).map(uniqueKey),
    windowing: null,
    tables: [table.name],
    scope: null,
    isInsertOnly: changelog !== null && !changelog.updateAfter && !changelog.delete,
  };
  const description = `TableSourceScan(table=[${table.name}], fields=[${schema.map((f) => f.name).join(', ')}])`;
  return plan.add({ kind: 'source', table: scan.source.table.plan, reads }, [], schema, description, draftFacts);
}

function pathNames(name: string, type: SqlType, path: ColumnPath): readonly string[] {
  const names = [name];
  let at = type;
  for (const step of path.slice(1)) {
    if (at.kind !== 'ROW') throw new Error(`a field of ${formatType(at)}`);
    names.push(at.fields[step].name);
    at = at.fields[step].type;
  }
  return names;
}

function keyColumns(table: CatalogTable, paths: readonly ColumnPath[]): readonly (readonly number[])[] {
  const { primaryKey } = table.plan;
  if (primaryKey.length === 0) return [];
  const places = primaryKey.map((name) => paths.findIndex((path) => path.length === 1 && table.columns[path[0]].name === name));
  return places.every((p) => p >= 0) ? [places] : [];
}

function addNormalize(plan: DraftPlan, input: number, scan: LogicalScan, paths: readonly ColumnPath[]): number {
  const below = plan.get(input);
  const [keys] = keyColumns(scan.source.table, paths);
  if (keys === undefined) throw new Error('an upsert source has a primary key');
  const exchange = addExchange(plan, input, keys);
  const description = `ChangelogNormalize(key=[${keys.map((k) => below.schema[k].name).join(', ')}])`;
  return plan.add({ kind: 'changelogNormalize', keys, emitUpdateBefore: false }, [exchange], below.schema, description, {
    ...below.facts,
    uniqueKeys: [uniqueKey(keys)],
    isInsertOnly: false,
  });
}

/** Hash by keys, or all to one when there are none. */
export function addExchange(plan: DraftPlan, input: number, keys: readonly number[]): number {
  const below = plan.get(input);
  if (keys.length === 0) {
    return plan.add(
      { kind: 'exchange', distribution: { kind: 'single' } },
      [input],
      below.schema,
      'Exchange(distribution=[single])',
      below.facts,
    );
  }
  const description = `Exchange(distribution=[hash[${keys.map((k) => below.schema[k].name).join(', ')}]])`;
  const uniqueKeys = below.facts.uniqueKeys.map((key) => ({
    ...key,
    isOrdered: key.isOrdered && keys.every((column) => key.columns.includes(column)),
  }));
  return plan.add({ kind: 'exchange', distribution: { kind: 'hash', keys } }, [input], below.schema, description, {
    ...below.facts,
    uniqueKeys,
  });
}

function addWatermark(plan: DraftPlan, input: number, table: CatalogTable, paths: readonly ColumnPath[], settings: ScanSettings): number {
  const definition = table.watermark;
  if (definition === null) throw new Error('the table has a watermark');
  const below = plan.get(input);
  const { options } = table.plan;
  const rowtime = columnAt(definition.column, paths);
  const watermark = onPaths(
    definition.expression,
    paths,
    below.schema.map((field) => field.type),
  );
  const schema = below.schema.map((field, i) =>
    i === rowtime ? { name: field.name, type: { ...field.type, attribute: 'rowtime' } as SqlType } : field,
  );
  const text = expressionText(watermark, (i) => below.schema[i].name);
  return plan.add(
    {
      kind: 'watermark',
      rowtime,
      watermark,
      intervalMs: options['scan.watermark.emit.strategy'] === 'on-event' ? 0 : settings.watermarkIntervalMs,
      idleTimeoutMs: durationSetting(options, 'scan.watermark.idle-timeout', settings.idleTimeoutMs),
    },
    [input],
    schema,
    `WatermarkAssigner(rowtime=[${below.schema[rowtime].name}], watermark=[${text}])`,
    below.facts,
  );
}
