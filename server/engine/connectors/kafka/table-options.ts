/**
 * Options of the `kafka` and `upsert-kafka` tables, read once into a typed form. Names and defaults: Flink's KafkaConnectorOptions,
 * and DLI's names where they differ (`sink.semantic`).
 */
import type { OptionRule, OptionValues } from '../../formats/option-rules.ts';
import type { TableFormat } from '../../formats/table-format.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import type { OptionProblem } from '../contract.ts';
import { checkTable, type TableCheck } from '../option-rules.ts';
import { CLIENT_RULES, checkClientProperties } from './client-properties.ts';

export type StartupMode =
  | { readonly kind: 'group-offsets' }
  | { readonly kind: 'earliest-offset' }
  | { readonly kind: 'latest-offset' }
  | { readonly kind: 'timestamp'; readonly ms: number }
  | { readonly kind: 'specific-offsets'; readonly offsets: ReadonlyMap<number, number> };

export type BoundedMode = { readonly kind: 'unbounded' } | Exclude<StartupMode, { kind: 'earliest-offset' }>;

export interface KafkaTable {
  readonly isUpsert: boolean;
  readonly topics: readonly string[];
  readonly topicPattern: string | null;
  readonly startup: StartupMode;
  readonly bounded: BoundedMode;
  /** null = partitions are looked for once only. */
  readonly discoveryMs: number | null;
  readonly value: TableFormat | null;
  readonly key: TableFormat | null;
  /** Columns that stand in the key, in the order of the key's schema. */
  readonly keyColumns: readonly string[];
  readonly keyPrefix: string;
  /** Columns that stand in the value: all, or those that are not in the key. */
  readonly valueColumns: readonly string[];
  readonly guarantee: 'at-least-once' | 'exactly-once' | 'none';
  readonly partitioner: 'default' | 'fixed' | 'round-robin';
  /** Of upsert-kafka: null = every change is written at once. */
  readonly bufferFlush: { readonly rows: number; readonly intervalMs: number } | null;
  readonly options: OptionValues;
}

export interface KafkaTableCheck {
  readonly problems: readonly OptionProblem[];
  readonly warnings: readonly OptionProblem[];
  readonly check: TableCheck;
  readonly table: KafkaTable;
}

const SHARED_RULES: readonly OptionRule[] = [
  { key: 'topic', kind: 'text' },
  { key: 'value.fields-include', kind: 'enum', values: ['ALL', 'EXCEPT_KEY'] },
  { key: 'key.fields-prefix', kind: 'text' },
  { key: 'scan.bounded.mode', kind: 'enum', values: ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] },
  { key: 'scan.bounded.timestamp-millis', kind: 'integer', min: 0 },
  { key: 'scan.bounded.specific-offsets', kind: 'text' },
  {
    key: 'scan.topic-partition-discovery.interval',
    kind: 'duration',
    aliases: ['properties.partition.discovery.interval.ms', 'properties.flink.partition-discovery.interval-millis'],
  },
  {
    key: 'scan.startup.mode',
    kind: 'enum',
    values: ['group-offsets', 'earliest-offset', 'latest-offset', 'timestamp', 'specific-offsets'],
  },
  { key: 'scan.startup.timestamp-millis', kind: 'integer', min: 0 },
  { key: 'sink.delivery-guarantee', kind: 'enum', values: ['at-least-once', 'exactly-once', 'none'], aliases: ['sink.semantic'] },
  {
    key: 'sink.transactional-id-prefix',
    kind: 'text',
    withoutEffect: 'transactions are not used; the job writes at least once.',
  },
  {
    key: 'sink.transaction-naming-strategy',
    kind: 'text',
    withoutEffect: 'transactions are not used; the job writes at least once.',
  },
];
const KAFKA_RULES: readonly OptionRule[] = [
  ...SHARED_RULES,
  { key: 'topic-pattern', kind: 'text' },
  { key: 'key.fields', kind: 'text' },
  { key: 'scan.startup.specific-offsets', kind: 'text' },
  { key: 'sink.partitioner', kind: 'text' },
  ...CLIENT_RULES,
];
const UPSERT_RULES: readonly OptionRule[] = [
  ...SHARED_RULES,
  { key: 'sink.buffer-flush.max-rows', kind: 'integer', min: 0 },
  { key: 'sink.buffer-flush.interval', kind: 'duration' },
  ...CLIENT_RULES,
];
const DISCOVERY_MS_DEFAULT = 5 * 60_000;

export function readKafkaTable(table: PlanTable): KafkaTableCheck {
  const isUpsert = table.connector === 'upsert-kafka';
  const include = (table.options['value.fields-include'] ?? 'ALL').trim().toUpperCase();
  const keyColumns = isUpsert ? table.primaryKey : splitList(table.options['key.fields'] ?? '');
  const columns = table.physical.map((field) => field.name);
  const valueColumns = include === 'EXCEPT_KEY' ? columns.filter((name) => !keyColumns.includes(name)) : columns;
  const check = checkTable(table, isUpsert ? UPSERT_RULES : KAFKA_RULES, schemaOf(table, valueColumns));
  const { values } = check;
  const problems: OptionProblem[] = [...check.problems, ...checkClientProperties(values)];
  const read: KafkaTable = {
    isUpsert,
    topics: splitList(values.text('topic', '')),
    topicPattern: values.text('topic-pattern'),
    startup: startupMode(values, isUpsert, problems),
    bounded: boundedMode(values, problems),
    discoveryMs: discoveryInterval(values),
    value: check.formats.value,
    key: check.formats.key,
    keyColumns,
    keyPrefix: values.text('key.fields-prefix', ''),
    valueColumns,
    guarantee: values.text('sink.delivery-guarantee', 'at-least-once') as KafkaTable['guarantee'],
    partitioner: partitionerOf(values, problems),
    bufferFlush: bufferFlush(values, problems),
    options: values,
  };
  return { problems, warnings: check.warnings, check, table: read };
}

export function schemaOf(table: PlanTable, columns: readonly string[]): RowSchema {
  return columns.flatMap((name) => table.physical.filter((field) => field.name === name));
}

/** The key's fields under the names they have in the key. */
export function keySchemaOf(table: PlanTable, kafka: Pick<KafkaTable, 'keyColumns' | 'keyPrefix'>): RowSchema {
  return schemaOf(table, kafka.keyColumns).map((field) => ({ ...field, name: keyFieldName(field.name, kafka.keyPrefix) }));
}

export function keyFieldName(column: string, prefix: string): string {
  return column.startsWith(prefix) ? column.slice(prefix.length) : column;
}

export function splitList(text: string): readonly string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function startupMode(values: OptionValues, isUpsert: boolean, problems: OptionProblem[]): StartupMode {
  const kind = values.text('scan.startup.mode', isUpsert ? 'earliest-offset' : 'group-offsets') as StartupMode['kind'];
  switch (kind) {
    case 'timestamp':
      return { kind, ms: requiredTime(values, 'scan.startup', problems) };
    case 'specific-offsets':
      return { kind, offsets: requiredOffsets(values, 'scan.startup', problems) };
    default:
      return { kind };
  }
}

function boundedMode(values: OptionValues, problems: OptionProblem[]): BoundedMode {
  const kind = values.text('scan.bounded.mode', 'unbounded') as BoundedMode['kind'];
  switch (kind) {
    case 'timestamp':
      return { kind, ms: requiredTime(values, 'scan.bounded', problems) };
    case 'specific-offsets':
      return { kind, offsets: requiredOffsets(values, 'scan.bounded', problems) };
    default:
      return { kind };
  }
}

function requiredTime(values: OptionValues, prefix: string, problems: OptionProblem[]): number {
  const ms = values.number(`${prefix}.timestamp-millis`);
  if (ms === null) {
    problems.push({
      option: `${prefix}.mode`,
      message: `'${prefix}.mode' = 'timestamp' needs '${prefix}.timestamp-millis' = '<ms since 1970>'.`,
    });
  }
  return ms ?? 0;
}

function requiredOffsets(values: OptionValues, prefix: string, problems: OptionProblem[]): ReadonlyMap<number, number> {
  const key = `${prefix}.specific-offsets`;
  const text = values.text(key);
  const offsets = text === null ? null : parseOffsets(text);
  if (offsets === null) {
    const what = text === null ? `'${prefix}.mode' = 'specific-offsets' needs` : `'${text}' is no list of offsets; write`;
    problems.push({
      option: text === null ? `${prefix}.mode` : key,
      message: `${what} '${key}' = 'partition:0,offset:42;partition:1,offset:300'.`,
    });
  }
  if (splitList(values.text('topic', '')).length > 1) {
    problems.push({ option: `${prefix}.mode`, message: `'${prefix}.mode' = 'specific-offsets' works with one topic only.` });
  }
  return offsets ?? new Map();
}

function parseOffsets(text: string): ReadonlyMap<number, number> | null {
  const offsets = new Map<number, number>();
  for (const part of splitList(text)) {
    const match = /^partition\s*:\s*(\d+)\s*,\s*offset\s*:\s*(\d+)$/.exec(part);
    if (match === null || offsets.has(Number(match[1]))) return null;
    offsets.set(Number(match[1]), Number(match[2]));
  }
  return offsets.size === 0 ? null : offsets;
}

function discoveryInterval(values: OptionValues): number | null {
  const ms = values.number('scan.topic-partition-discovery.interval', DISCOVERY_MS_DEFAULT);
  return ms > 0 ? ms : null;
}

function partitionerOf(values: OptionValues, problems: OptionProblem[]): KafkaTable['partitioner'] {
  const name = values.text('sink.partitioner', 'default');
  if (name === 'default' || name === 'fixed' || name === 'round-robin') return name;
  problems.push({
    option: 'sink.partitioner',
    message: `Option 'sink.partitioner' must be default, fixed or round-robin, not '${name}': Java classes are not run.`,
  });
  return 'default';
}

function bufferFlush(values: OptionValues, problems: OptionProblem[]): KafkaTable['bufferFlush'] {
  const rows = values.number('sink.buffer-flush.max-rows', 0);
  const intervalMs = values.number('sink.buffer-flush.interval', 0);
  if (rows > 0 !== intervalMs > 0) {
    problems.push({
      option: rows > 0 ? 'sink.buffer-flush.max-rows' : 'sink.buffer-flush.interval',
      message: "Set both 'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' above 0, or none of them.",
    });
  }
  return rows > 0 && intervalMs > 0 ? { rows, intervalMs } : null;
}
