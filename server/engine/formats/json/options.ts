/** Options of `json`, shared by the change formats built on it. Names and defaults: Flink's JsonFormatOptions. */
import type { OptionProblem } from '../../connectors/contract.ts';
import { checkOptions, type OptionRule, type OptionValues } from '../option-rules.ts';

export interface JsonOptions {
  readonly failOnMissingField: boolean;
  readonly ignoreParseErrors: boolean;
  readonly timestampFormat: 'SQL' | 'ISO-8601';
  readonly mapNullKeyMode: 'FAIL' | 'DROP' | 'LITERAL';
  readonly mapNullKeyLiteral: string;
  readonly decimalAsPlainNumber: boolean;
  readonly ignoreNullFields: boolean;
}

const IGNORE_PARSE_ERRORS: OptionRule = { key: 'ignore-parse-errors', kind: 'boolean' };

const SHARED_RULES: readonly OptionRule[] = [
  IGNORE_PARSE_ERRORS,
  { key: 'timestamp-format.standard', kind: 'enum', values: ['SQL', 'ISO-8601'] },
  { key: 'map-null-key.mode', kind: 'enum', values: ['FAIL', 'DROP', 'LITERAL'] },
  { key: 'map-null-key.literal', kind: 'text' },
  { key: 'encode.decimal-as-plain-number', kind: 'boolean' },
  { key: 'encode.ignore-null-fields', kind: 'boolean' },
];

export const JSON_RULES: readonly OptionRule[] = [
  { key: 'fail-on-missing-field', kind: 'boolean' },
  { key: 'decode.json-parser.enabled', kind: 'boolean', withoutEffect: 'there is one JSON parser here.' },
  ...SHARED_RULES,
];

/** Rules of a change format: the JSON ones without fail-on-missing-field, and its own. */
export function cdcRules(own: readonly OptionRule[]): readonly OptionRule[] {
  return [...SHARED_RULES, ...own];
}

export interface CheckedJsonOptions {
  readonly problems: OptionProblem[];
  readonly warnings: OptionProblem[];
  readonly json: JsonOptions;
  readonly values: OptionValues;
}

export function readJsonOptions(
  format: string,
  options: Readonly<Record<string, string>>,
  rules: readonly OptionRule[],
): CheckedJsonOptions {
  const { problems, warnings, values } = checkOptions(options, rules, `format '${format}'`, `${format}.`);
  const json: JsonOptions = {
    failOnMissingField: values.boolean('fail-on-missing-field', false),
    ignoreParseErrors: values.boolean('ignore-parse-errors', false),
    timestampFormat: values.text('timestamp-format.standard', 'SQL') as JsonOptions['timestampFormat'],
    mapNullKeyMode: values.text('map-null-key.mode', 'FAIL') as JsonOptions['mapNullKeyMode'],
    mapNullKeyLiteral: values.text('map-null-key.literal', 'null'),
    decimalAsPlainNumber: values.boolean('encode.decimal-as-plain-number', false),
    ignoreNullFields: values.boolean('encode.ignore-null-fields', false),
  };
  if (json.failOnMissingField && json.ignoreParseErrors) {
    problems.push({
      option: `${format}.fail-on-missing-field`,
      message: `'${format}.fail-on-missing-field' and '${format}.ignore-parse-errors' cannot both be true.`,
    });
  }
  return { problems, warnings, json, values };
}
