/** Options of `raw`. Names and defaults: Flink's RawFormatOptions. */
import type { OptionProblem } from '../../connectors/contract.ts';
import { formatType, type RowSchema } from '../../types/sql-type.ts';
import { INSERT_ONLY } from '../changelog-kinds.ts';
import type { FormatFacts } from '../contract.ts';
import { checkOptions, type OptionRule } from '../option-rules.ts';

export interface RawOptions {
  /** A name TextDecoder knows. */
  readonly charset: string;
  readonly isBigEndian: boolean;
}

const RAW_RULES: readonly OptionRule[] = [
  { key: 'charset', kind: 'text' },
  { key: 'endianness', kind: 'enum', values: ['big-endian', 'little-endian'] },
];

const RAW_KINDS = new Set(['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'CHAR', 'VARCHAR', 'BINARY', 'VARBINARY']);

export function readRawOptions(options: Readonly<Record<string, string>>): {
  problems: OptionProblem[];
  warnings: OptionProblem[];
  raw: RawOptions;
} {
  const { problems, warnings, values } = checkOptions(options, RAW_RULES, "format 'raw'", 'raw.');
  const charset = values.text('charset', 'UTF-8');
  try {
    new TextDecoder(charset);
  } catch {
    problems.push({
      option: 'raw.charset',
      message: `Option 'raw.charset' must name a character set such as UTF-8 or UTF-16LE, not '${charset}'.`,
    });
  }
  return { problems, warnings, raw: { charset, isBigEndian: values.text('endianness', 'big-endian') === 'big-endian' } };
}

export function describeRaw(options: Readonly<Record<string, string>>, schema: RowSchema): FormatFacts {
  const { problems, warnings } = readRawOptions(options);
  const [column] = schema;
  if (schema.length !== 1 || !column) {
    problems.push({
      option: null,
      message: `Format 'raw' takes exactly one physical column; the table has ${schema.length}: ${schema.map((field) => field.name).join(', ')}.`,
    });
  } else if (!RAW_KINDS.has(column.type.kind)) {
    problems.push({ option: null, message: `Format 'raw' cannot carry column '${column.name}' of type ${formatType(column.type)}.` });
  }
  return { problems, warnings, changelog: INSERT_ONLY, metadata: [], isLineDelimited: true };
}
