/**
 * The check every connector makes of a declared table: its own options by rules, its format's options by the format, nothing
 * left over. Rules are data (formats/option-rules.ts).
 */
import type { FormatFacts } from '../formats/contract.ts';
import { checkOptions, type OptionRule, type OptionValues } from '../formats/option-rules.ts';
import { FORMAT_NAMES } from '../formats/registry.ts';
import { describeTableFormat, type SplitOptions, splitTableOptions } from '../formats/table-format.ts';
import type { PlanTable } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { OptionProblem } from './contract.ts';

export interface TableCheck {
  readonly problems: OptionProblem[];
  readonly warnings: OptionProblem[];
  readonly values: OptionValues;
  readonly formats: SplitOptions;
  /** Facts of the value format, when there is one. */
  readonly format: FormatFacts | null;
}

/** Options Flink takes on any table and that the planner or the runtime reads. */
const TABLE_RULES: readonly OptionRule[] = [
  { key: 'scan.parallelism', kind: 'integer', min: 1, withoutEffect: 'a source runs with the parallelism of the job.' },
  { key: 'sink.parallelism', kind: 'integer', min: 1, withoutEffect: 'a sink runs with the parallelism of the job.' },
  {
    key: 'scan.watermark.emit.strategy',
    kind: 'enum',
    values: ['on-event', 'on-periodic'],
    withoutEffect: 'watermarks follow the interval of the job.',
  },
  { key: 'scan.watermark.emit.on-event.gap', kind: 'integer', withoutEffect: 'watermarks follow the interval of the job.' },
  { key: 'scan.watermark.idle-timeout', kind: 'duration' },
];

/** For a connector without format pass `formatSchema` null: then `format` itself is an unknown option. */
export function checkTable(table: PlanTable, rules: readonly OptionRule[], formatSchema: RowSchema | null): TableCheck {
  const owner = `connector '${table.connector}'`;
  const formats = formatSchema === null ? withoutFormat(table) : splitTableOptions(table, true);
  const own = checkOptions(formats.connectorOptions, [...rules, ...TABLE_RULES], owner);
  const format = formatSchema === null ? null : describeTableFormat(formats, formatSchema);
  return {
    problems: [...formats.problems, ...explainFormatOptions(own.problems, formats), ...(format?.problems ?? [])],
    warnings: [...own.warnings, ...(format?.warnings ?? [])],
    values: own.values,
    formats,
    format,
  };
}

function withoutFormat(table: PlanTable): SplitOptions {
  const { connector: _, ...connectorOptions } = table.options;
  return { value: null, key: null, connectorOptions, problems: [] };
}

/** `csv.…` options left over on a table with `'format' = 'json'` deserve a better word than "unknown". */
function explainFormatOptions(problems: readonly OptionProblem[], formats: SplitOptions): OptionProblem[] {
  const { value } = formats;
  return problems.map((problem) => {
    const prefix = problem.option?.split('.')[0] ?? '';
    if (value === null || !FORMAT_NAMES.includes(prefix)) return problem;
    const message = `Option '${problem.option}' belongs to format '${prefix}', but the format of this table is '${value.format.name}'.`;
    return { option: problem.option, message };
  });
}
