/**
 * Which format a table's options name, and that format's own options: `format` or `value.format` for values (`json.…` or
 * `value.json.…`), `key.format` for keys (`key.json.…`). All other options are the connector's.
 */
import type { OptionProblem } from '../connectors/contract.ts';
import type { PlanTable } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Format, FormatFacts } from './contract.ts';
import { nearestName } from './option-rules.ts';
import { FORMAT_NAMES, formatOf } from './registry.ts';

export interface TableFormat {
  readonly format: Format;
  /** Without prefix. */
  readonly options: Readonly<Record<string, string>>;
}

export interface SplitOptions {
  readonly value: TableFormat | null;
  readonly key: TableFormat | null;
  /** What is neither a format's name nor a format's option, without `connector`. */
  readonly connectorOptions: Readonly<Record<string, string>>;
  readonly problems: readonly OptionProblem[];
}

/** Splits a table's options; a missing value format is a problem only when `isFormatRequired`. */
export function splitTableOptions(table: Pick<PlanTable, 'options'>, isFormatRequired: boolean): SplitOptions {
  const problems: OptionProblem[] = [];
  const rest: Record<string, string> = {};
  const { options } = table;
  const valueOption = 'value.format' in options ? 'value.format' : 'format';
  const value = resolve(options, valueOption, problems);
  const key = resolve(options, 'key.format', problems);
  if ('value.format' in options && 'format' in options) {
    problems.push({ option: 'format', message: "Set either 'format' or 'value.format', not both." });
  }
  if (!(valueOption in options) && isFormatRequired) {
    problems.push({ option: null, message: `Option 'format' is missing. Add 'format' = 'json' (known: ${FORMAT_NAMES.join(', ')}).` });
  }
  const valueOptions: Record<string, string> = {};
  const keyOptions: Record<string, string> = {};
  const valuePrefix = value === null ? null : `${valueOption === 'format' ? '' : 'value.'}${value.name}.`;
  const keyPrefix = key === null ? null : `key.${key.name}.`;
  for (const [name, text] of Object.entries(options)) {
    if (name === 'connector' || name === 'format' || name === 'value.format' || name === 'key.format') continue;
    if (keyPrefix !== null && name.startsWith(keyPrefix)) keyOptions[name.slice(keyPrefix.length)] = text;
    else if (valuePrefix !== null && name.startsWith(valuePrefix)) valueOptions[name.slice(valuePrefix.length)] = text;
    else rest[name] = text;
  }
  return {
    value: value === null ? null : { format: value, options: valueOptions },
    key: key === null ? null : { format: key, options: keyOptions },
    connectorOptions: rest,
    problems,
  };
}

function resolve(options: Readonly<Record<string, string>>, option: string, problems: OptionProblem[]): Format | null {
  const name = options[option];
  if (name === undefined) return null;
  const format = formatOf(name);
  if (format === null) {
    const near = nearestName(name, FORMAT_NAMES);
    const advice = near === null ? `Known formats: ${FORMAT_NAMES.join(', ')}.` : `Did you mean '${near}'?`;
    problems.push({ option, message: `There is no format '${name}'. ${advice}` });
  }
  return format;
}

/** The value format's facts over the columns it carries, or null when there is no (known) format. */
export function describeTableFormat(split: SplitOptions, schema: RowSchema): FormatFacts | null {
  return split.value === null ? null : split.value.format.describe(split.value.options, schema);
}

/** The value format of a table that was checked before; throws when it has none. */
export function tableFormatOf(table: Pick<PlanTable, 'name' | 'options'>): TableFormat {
  const { value } = splitTableOptions(table, true);
  if (value === null) throw new Error(`Table ${table.name} has no known format; its options were not checked.`);
  return value;
}
