/** Options of `jdbc` tables. Names and defaults: Flink's JdbcConnectorOptions. */
import { nearestName, type OptionRule } from '../../formats/option-rules.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { formatType } from '../../types/sql-type.ts';
import type { OptionProblem } from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import { type JdbcUrl, parseJdbcUrl } from './url.ts';

const NO_LOOKUP = 'lookup joins read no cache here.';

const RULES: readonly OptionRule[] = [
  { key: 'url', kind: 'text', isRequired: true },
  { key: 'table-name', kind: 'text', isRequired: true },
  { key: 'username', kind: 'text' },
  { key: 'password', kind: 'text' },
  { key: 'driver', kind: 'text', withoutEffect: 'the driver is built in.' },
  { key: 'compatible-mode', kind: 'text', withoutEffect: 'there is one mode.' },
  { key: 'connection.max-retry-timeout', kind: 'duration' },
  { key: 'scan.partition.column', kind: 'text' },
  { key: 'scan.partition.num', kind: 'integer', min: 1, max: 10_000 },
  { key: 'scan.partition.lower-bound', kind: 'integer' },
  { key: 'scan.partition.upper-bound', kind: 'integer' },
  { key: 'scan.fetch-size', kind: 'integer', min: 0, max: 1_000_000 },
  { key: 'scan.auto-commit', kind: 'boolean', withoutEffect: 'a scan reads in one read-only transaction.' },
  { key: 'lookup.cache', kind: 'text', withoutEffect: NO_LOOKUP },
  { key: 'lookup.cache.max-rows', kind: 'integer', withoutEffect: NO_LOOKUP },
  { key: 'lookup.cache.ttl', kind: 'duration', withoutEffect: NO_LOOKUP },
  { key: 'lookup.cache.caching-missing-key', kind: 'boolean', withoutEffect: NO_LOOKUP },
  { key: 'lookup.partial-cache.max-rows', kind: 'integer', withoutEffect: NO_LOOKUP },
  { key: 'lookup.partial-cache.expire-after-write', kind: 'duration', withoutEffect: NO_LOOKUP },
  { key: 'lookup.partial-cache.expire-after-access', kind: 'duration', withoutEffect: NO_LOOKUP },
  { key: 'lookup.partial-cache.cache-missing-key', kind: 'boolean', withoutEffect: NO_LOOKUP },
  { key: 'lookup.max-retries', kind: 'integer', withoutEffect: NO_LOOKUP },
  { key: 'sink.buffer-flush.max-rows', kind: 'integer', min: 0 },
  { key: 'sink.buffer-flush.interval', kind: 'duration' },
  { key: 'sink.max-retries', kind: 'integer', min: 0 },
];

export interface ScanPartitions {
  readonly column: string;
  readonly count: number;
  readonly lower: bigint;
  readonly upper: bigint;
}

export interface JdbcTable {
  readonly url: JdbcUrl;
  /** As written: `table` or `schema.table`. */
  readonly tableName: string;
  readonly username: string;
  readonly password: string;
  readonly connectTimeoutMs: number;
  readonly partitions: ScanPartitions | null;
  readonly pageRows: number;
  /** 0 = by interval and checkpoint only. */
  readonly flushRows: number;
  /** 0 = by rows and checkpoint only. */
  readonly flushIntervalMs: number;
  readonly maxRetries: number;
}

const PAGE_ROWS_DEFAULT = 2000;

export function readJdbcTable(plan: PlanTable): { problems: OptionProblem[]; warnings: OptionProblem[]; table: JdbcTable } {
  const { problems, warnings, values } = checkTable(plan, RULES, null);
  const written = values.text('url');
  const parsed = written === null ? null : parseJdbcUrl(written);
  if (parsed !== null && 'problem' in parsed) problems.push({ option: 'url', message: parsed.problem });
  const url: JdbcUrl =
    parsed === null || 'problem' in parsed
      ? { host: '', port: 0, database: '', tls: 'no', schema: null, user: null, password: null, ignored: [] }
      : parsed;
  for (const name of url.ignored) warnings.push({ option: 'url', message: `Parameter '${name}' of 'url' has no effect.` });
  const tableName = values.text('table-name', '');
  if (values.has('table-name') && !/^[^.\s][^.]*(\.[^.]+)?$/.test(tableName)) {
    problems.push({ option: 'table-name', message: `Option 'table-name' must be 'table' or 'schema.table', not '${tableName}'.` });
  }
  const table: JdbcTable = {
    url,
    tableName,
    username: values.text('username') ?? url.user ?? 'postgres',
    password: values.text('password') ?? url.password ?? '',
    connectTimeoutMs: Math.max(1, values.number('connection.max-retry-timeout', 60_000)),
    partitions: partitionsOf(plan, values, problems),
    pageRows: values.number('scan.fetch-size', 0) || PAGE_ROWS_DEFAULT,
    flushRows: values.number('sink.buffer-flush.max-rows', 100),
    flushIntervalMs: values.number('sink.buffer-flush.interval', 1000),
    maxRetries: values.number('sink.max-retries', 3),
  };
  for (const field of plan.physical) {
    if (['MAP', 'MULTISET', 'ROW', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME', 'NULL'].includes(field.type.kind)) {
      problems.push({ option: null, message: `Column '${field.name}': ${formatType(field.type)} has no counterpart in connector 'jdbc'.` });
    }
  }
  return { problems, warnings, table };
}

function partitionsOf(plan: PlanTable, values: ReturnType<typeof checkTable>['values'], problems: OptionProblem[]): ScanPartitions | null {
  const keys = ['column', 'num', 'lower-bound', 'upper-bound'].map((name) => `scan.partition.${name}`);
  const set = keys.filter((key) => values.has(key));
  if (set.length === 0) return null;
  if (set.length < keys.length) {
    const missing = keys.filter((key) => !values.has(key)).join("', '");
    problems.push({ option: set[0], message: `A partitioned scan needs all four options; add '${missing}'.` });
    return null;
  }
  const column = values.text('scan.partition.column', '');
  const field = plan.physical.find((candidate) => candidate.name === column);
  if (field === undefined) {
    const near = nearestName(
      column,
      plan.physical.map((candidate) => candidate.name),
    );
    problems.push({
      option: keys[0],
      message: `Option '${keys[0]}' names '${column}', which is no column.${near === null ? '' : ` Did you mean '${near}'?`}`,
    });
  } else if (!['TINYINT', 'SMALLINT', 'INT', 'BIGINT'].includes(field.type.kind)) {
    problems.push({
      option: keys[0],
      message: `Option '${keys[0]}' needs a whole-number column, '${column}' is ${formatType(field.type)}.`,
    });
  }
  const lower = BigInt(values.number('scan.partition.lower-bound', 0));
  const upper = BigInt(values.number('scan.partition.upper-bound', 0));
  if (lower > upper)
    problems.push({ option: keys[2], message: `'scan.partition.lower-bound' must not be above 'scan.partition.upper-bound'.` });
  return { column, count: values.number('scan.partition.num', 1), lower, upper };
}
