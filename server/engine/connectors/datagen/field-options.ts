/**
 * The options of each generated column (`fields.<column>.<option>`), by type. Columns inside rows, arrays and maps are
 * named `fields.<column>.<field>`, `.element`, `.key`, `.value`. Names and defaults: Flink's DataGenConnectorOptions.
 */
import type { OptionRule, OptionValues } from '../../formats/option-rules.ts';
import { formatType, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import type { OptionProblem } from '../contract.ts';

/** What makes the values of one column; all numbers are plain JSON so that a plan can be read again. */
export interface FieldSpec {
  /** Dotted name; part of the seed. */
  readonly name: string;
  readonly type: SqlType;
  readonly generator: 'random' | 'sequence';
  /** As written; null = the type's own bound. */
  readonly min: string | null;
  readonly max: string | null;
  readonly maxPastMs: number | null;
  readonly length: number;
  readonly isLengthVariable: boolean;
  readonly nullRate: number;
  /** Inclusive; set for `sequence`. */
  readonly start: string | null;
  readonly end: string | null;
  /** Fields of a row; element of an array; key and value of a map. */
  readonly children: readonly FieldSpec[];
}

const NUMERIC = new Set(['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME']);
const SEQUENCED = new Set(['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'CHAR', 'VARCHAR']);
const SIZED = new Set(['CHAR', 'VARCHAR', 'BINARY', 'VARBINARY', 'ARRAY', 'MAP', 'MULTISET']);
const SIZED_DEFAULT: Readonly<Record<string, number>> = { ARRAY: 3, MAP: 3, MULTISET: 3 };
const TEXT_LENGTH_DEFAULT = 100;

function childrenOf(name: string, type: SqlType): readonly { readonly name: string; readonly type: SqlType }[] {
  switch (type.kind) {
    case 'ROW':
      return type.fields.map((field) => ({ name: `${name}.${field.name}`, type: field.type }));
    case 'ARRAY':
    case 'MULTISET':
      return [{ name: `${name}.element`, type: type.element }];
    case 'MAP':
      return [
        { name: `${name}.key`, type: type.key },
        { name: `${name}.value`, type: type.value },
      ];
    default:
      return [];
  }
}

export function fieldRules(schema: RowSchema): OptionRule[] {
  return schema.flatMap((field) => rulesOf(field.name, field.type));
}

function rulesOf(name: string, type: SqlType): OptionRule[] {
  const key = (option: string): string => `fields.${name}.${option}`;
  const rules: OptionRule[] = [
    { key: key('kind'), kind: 'enum', values: ['random', 'sequence'] },
    { key: key('null-rate'), kind: 'number', min: 0, max: 1 },
  ];
  if (NUMERIC.has(type.kind)) rules.push({ key: key('min'), kind: 'text' }, { key: key('max'), kind: 'text' });
  if (SEQUENCED.has(type.kind)) rules.push({ key: key('start'), kind: 'text' }, { key: key('end'), kind: 'text' });
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') rules.push({ key: key('max-past'), kind: 'duration' });
  if (SIZED.has(type.kind)) rules.push({ key: key('length'), kind: 'integer', min: 0 }, { key: key('var-len'), kind: 'boolean' });
  for (const child of childrenOf(name, type)) rules.push(...rulesOf(child.name, child.type));
  return rules;
}

/** The generators of all columns; problems of values that do not fit their column go to `problems`. */
export function fieldSpecs(schema: RowSchema, values: OptionValues, problems: OptionProblem[]): FieldSpec[] {
  return schema.map((field) => specOf(field.name, field.type, values, problems));
}

function specOf(name: string, type: SqlType, values: OptionValues, problems: OptionProblem[]): FieldSpec {
  const key = (option: string): string => `fields.${name}.${option}`;
  const generator = values.text(key('kind'), 'random') as FieldSpec['generator'];
  const spec: FieldSpec = {
    name,
    type,
    generator,
    min: values.text(key('min')),
    max: values.text(key('max')),
    maxPastMs: values.number(key('max-past')),
    length: lengthOf(type, values.number(key('length'))),
    isLengthVariable: values.boolean(key('var-len'), false),
    nullRate: values.number(key('null-rate'), 0),
    start: values.text(key('start')),
    end: values.text(key('end')),
    children: childrenOf(name, type).map((child) => specOf(child.name, child.type, values, problems)),
  };
  problems.push(...specProblems(spec));
  return spec;
}

function lengthOf(type: SqlType, asked: number | null): number {
  if (type.kind === 'CHAR' || type.kind === 'BINARY') return type.length;
  if (asked !== null) return 'length' in type ? Math.min(asked, type.length) : asked;
  const usual = SIZED_DEFAULT[type.kind] ?? TEXT_LENGTH_DEFAULT;
  return 'length' in type ? Math.min(usual, type.length) : usual;
}

function specProblems(spec: FieldSpec): OptionProblem[] {
  const key = (option: string): string => `fields.${spec.name}.${option}`;
  const problems: OptionProblem[] = [];
  const isFraction = spec.type.kind === 'FLOAT' || spec.type.kind === 'DOUBLE' || spec.type.kind === 'DECIMAL';
  const pattern = isFraction ? /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/ : /^[+-]?\d+$/;
  const read = (option: string, text: string | null, form: RegExp): number | null => {
    if (text === null) return null;
    if (form.test(text.trim())) return Number(text);
    problems.push({
      option: key(option),
      message: `Option '${key(option)}' must be a ${form === pattern && isFraction ? 'number' : 'whole number'}, not '${text}'.`,
    });
    return null;
  };
  const min = read('min', spec.min, pattern);
  const max = read('max', spec.max, pattern);
  if (min !== null && max !== null && min > max)
    problems.push({ option: key('min'), message: `Option '${key('min')}' is greater than '${key('max')}'.` });
  if (spec.generator === 'random') return problems;
  if (!SEQUENCED.has(spec.type.kind)) {
    problems.push({
      option: key('kind'),
      message: `Column '${spec.name}' of type ${formatType(spec.type)} cannot be a sequence; leave '${key('kind')}' at random.`,
    });
    return problems;
  }
  for (const option of ['start', 'end'] as const) {
    if (spec[option] === null)
      problems.push({
        option: null,
        message: `Option '${key(option)}' is missing: column '${spec.name}' is a sequence. Add '${key(option)}' = '…'.`,
      });
  }
  const start = read('start', spec.start, /^[+-]?\d+$/);
  const end = read('end', spec.end, /^[+-]?\d+$/);
  if (start !== null && end !== null && start > end)
    problems.push({ option: key('start'), message: `Option '${key('start')}' is greater than '${key('end')}'.` });
  return problems;
}

/** Rows a sequence yields; null for random columns. */
export function sequenceLength(spec: FieldSpec): bigint | null {
  const own =
    spec.generator === 'sequence' && spec.start !== null && spec.end !== null
      ? BigInt(spec.end.trim()) - BigInt(spec.start.trim()) + 1n
      : null;
  return spec.children.map(sequenceLength).reduce((least, next) => (least === null || (next !== null && next < least) ? next : least), own);
}
