/** Static facts of a `filesystem` table. Names and defaults: Flink's FileSystemConnectorOptions. */

import type { OptionRule } from '../../formats/option-rules.ts';
import { describeTableFormat } from '../../formats/table-format.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { LENGTH_MAX, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import type { MetadataColumn, OptionProblem, TableFacts } from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import { parseLocation } from './location.ts';

const COMMITS_WITH_CHECKPOINT = 'files are committed with the checkpoint, and that makes a partition readable.';
const ROLLS_WITH_CHECKPOINT = 'a file is closed with each checkpoint, and when it has its size.';
const NO_COMPACTION = 'files are not merged after they were written.';

export const FILESYSTEM_RULES: readonly OptionRule[] = [
  { key: 'path', kind: 'text', isRequired: true },
  { key: 'partition.default-name', kind: 'text' },
  { key: 'source.monitor-interval', kind: 'duration' },
  { key: 'source.path.regex-pattern', kind: 'text' },
  { key: 'source.report-statistics', kind: 'text', withoutEffect: 'plans do not use file statistics.' },
  { key: 'sink.rolling-policy.file-size', kind: 'memory' },
  { key: 'sink.rolling-policy.rollover-interval', kind: 'duration', withoutEffect: ROLLS_WITH_CHECKPOINT },
  { key: 'sink.rolling-policy.inactivity-interval', kind: 'duration', withoutEffect: ROLLS_WITH_CHECKPOINT },
  { key: 'sink.rolling-policy.check-interval', kind: 'duration', withoutEffect: ROLLS_WITH_CHECKPOINT },
  { key: 'sink.shuffle-by-partition.enable', kind: 'boolean', withoutEffect: 'rows stay on the subtask that made them.' },
  { key: 'auto-compaction', kind: 'boolean', withoutEffect: NO_COMPACTION },
  { key: 'compaction.file-size', kind: 'memory', withoutEffect: NO_COMPACTION },
  { key: 'compaction.parallelism', kind: 'integer', withoutEffect: NO_COMPACTION },
  {
    key: 'sink.partition-commit.trigger',
    kind: 'enum',
    values: ['process-time', 'partition-time'],
    withoutEffect: COMMITS_WITH_CHECKPOINT,
  },
  { key: 'sink.partition-commit.delay', kind: 'duration', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'sink.partition-commit.watermark-time-zone', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'sink.partition-commit.policy.kind', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'sink.partition-commit.success-file.name', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'partition.time-extractor.kind', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'partition.time-extractor.timestamp-pattern', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
  { key: 'partition.time-extractor.timestamp-formatter', kind: 'text', withoutEffect: COMMITS_WITH_CHECKPOINT },
];

const text: SqlType = { kind: 'VARCHAR', length: LENGTH_MAX, nullable: false };
export const FILE_METADATA: readonly MetadataColumn[] = [
  { key: 'file.path', type: text, isWritable: false },
  { key: 'file.name', type: text, isWritable: false },
  { key: 'file.size', type: { kind: 'BIGINT', nullable: false }, isWritable: false },
  { key: 'file.modification-time', type: { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, isWritable: false },
];

const PARTITION_KINDS = new Set([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'CHAR',
  'VARCHAR',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_LTZ',
]);

/** The columns that stand in the files: partition columns stand in folder names. */
export function fileSchemaOf(table: PlanTable): RowSchema {
  return table.physical.filter((field) => !table.partitionKeys.includes(field.name));
}

export function describeFilesystem(table: PlanTable): TableFacts {
  const schema = fileSchemaOf(table);
  const check = checkTable(table, FILESYSTEM_RULES, schema);
  const path = check.values.text('path', '');
  const problems: OptionProblem[] = [...check.problems, ...pathProblems(path, check.values.has('path'))];
  const pattern = check.values.text('source.path.regex-pattern');
  if (pattern !== null && !isPattern(pattern)) {
    problems.push({
      option: 'source.path.regex-pattern',
      message: `Option 'source.path.regex-pattern' must be a regular expression, '${pattern}' is none.`,
    });
  }
  if (check.values.number('source.monitor-interval') === 0) {
    problems.push({
      option: 'source.monitor-interval',
      message: "Option 'source.monitor-interval' must be longer than 0 ms; leave it out for a bounded source.",
    });
  }
  for (const key of table.partitionKeys) {
    const field = table.physical.find((candidate) => candidate.name === key);
    if (field && !PARTITION_KINDS.has(field.type.kind)) {
      problems.push({ option: null, message: `Column '${key}' cannot be a partition column: a value of its type has no folder name.` });
    }
  }
  if (schema.length === 0) problems.push({ option: null, message: 'At least one column must not be a partition column.' });
  const format = check.format ?? describeTableFormat(check.formats, schema);
  const formatMetadata = (format?.metadata ?? []).map((entry) => ({ ...entry, isWritable: false }));
  return {
    problems,
    warnings: check.warnings,
    localFileProblems: localProblems(path, check.values.has('path')),
    sourceChangelog: format?.changelog ?? null,
    sinkChangelog: format?.changelog ?? null,
    isBounded: !check.values.has('source.monitor-interval'),
    hasSplitWatermarks: false,
    metadata: [...FILE_METADATA, ...formatMetadata],
    delivery: { guarantee: 'exactly-once', why: '' },
    summary: `Files · ${path}`,
  };
}

function pathProblems(path: string, isSet: boolean): OptionProblem[] {
  if (!isSet) return [];
  const location = parseLocation(path);
  return location.kind === 'invalid' ? [{ option: 'path', message: location.message }] : [];
}

function localProblems(path: string, isSet: boolean): OptionProblem[] {
  const location = parseLocation(path);
  return isSet && location.kind === 'local' ? [{ option: 'path', message: localPathRefused(location.path) }] : [];
}

export function localPathRefused(path: string): string {
  return `Path ${path} is on the server's own disk, which jobs may not use; name a bucket, such as obs://bucket/folder.`;
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
