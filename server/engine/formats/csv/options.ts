/** Options of `csv`. Names and defaults: Flink's CsvFormatOptions. */
import type { OptionProblem } from '../../connectors/contract.ts';
import { checkOptions, type OptionRule } from '../option-rules.ts';

export interface CsvOptions {
  readonly fieldDelimiter: string;
  /** null = quoting is off. */
  readonly quoteCharacter: string | null;
  readonly allowComments: boolean;
  readonly ignoreParseErrors: boolean;
  readonly arrayElementDelimiter: string;
  readonly escapeCharacter: string | null;
  readonly nullLiteral: string | null;
  readonly decimalInScientificNotation: boolean;
}

const CSV_RULES: readonly OptionRule[] = [
  { key: 'field-delimiter', kind: 'character' },
  { key: 'disable-quote-character', kind: 'boolean' },
  { key: 'quote-character', kind: 'character' },
  { key: 'allow-comments', kind: 'boolean' },
  { key: 'ignore-parse-errors', kind: 'boolean' },
  { key: 'array-element-delimiter', kind: 'text' },
  { key: 'escape-character', kind: 'character' },
  { key: 'null-literal', kind: 'text' },
  { key: 'write-bigdecimal-in-scientific-notation', kind: 'boolean' },
];

export function readCsvOptions(options: Readonly<Record<string, string>>): {
  problems: OptionProblem[];
  warnings: OptionProblem[];
  csv: CsvOptions;
} {
  const { problems, warnings, values } = checkOptions(options, CSV_RULES, "format 'csv'", 'csv.');
  const isQuoteOff = values.boolean('disable-quote-character', false);
  if (isQuoteOff && values.has('quote-character')) {
    problems.push({
      option: 'csv.quote-character',
      message: "'csv.quote-character' cannot be set while 'csv.disable-quote-character' is true.",
    });
  }
  const csv: CsvOptions = {
    fieldDelimiter: values.text('field-delimiter', ','),
    quoteCharacter: isQuoteOff ? null : values.text('quote-character', '"'),
    allowComments: values.boolean('allow-comments', false),
    ignoreParseErrors: values.boolean('ignore-parse-errors', false),
    arrayElementDelimiter: values.text('array-element-delimiter', ';'),
    escapeCharacter: values.text('escape-character'),
    nullLiteral: values.text('null-literal'),
    decimalInScientificNotation: values.boolean('write-bigdecimal-in-scientific-notation', true),
  };
  if (csv.fieldDelimiter === '\n' || csv.fieldDelimiter === '\r') {
    problems.push({ option: 'csv.field-delimiter', message: "'csv.field-delimiter' cannot be a line end." });
  }
  return { problems, warnings, csv };
}
