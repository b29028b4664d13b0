/** What a script check wants to know of the change formats: options, and the metadata each envelope carries (names: Flink's). */
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import { LENGTH_MAX } from '../../types/sql-type.ts';
import { ALL_CHANGES } from '../changelog-kinds.ts';
import type { FormatFacts } from '../contract.ts';
import { jsonTypeProblems } from '../json/describe.ts';
import { cdcRules, readJsonOptions } from '../json/options.ts';
import type { OptionRule } from '../option-rules.ts';

export type CdcName = 'debezium-json' | 'canal-json' | 'maxwell-json' | 'ogg-json';

const text: SqlType = { kind: 'VARCHAR', length: LENGTH_MAX, nullable: true };
const instant: SqlType = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true };
const texts: SqlType = { kind: 'ARRAY', element: text, nullable: true };

export const CDC_METADATA: Readonly<Record<CdcName, FormatFacts['metadata']>> = {
  'debezium-json': [
    { key: 'schema', type: text },
    { key: 'ingestion-timestamp', type: instant },
    { key: 'source.timestamp', type: instant },
    { key: 'source.database', type: text },
    { key: 'source.schema', type: text },
    { key: 'source.table', type: text },
    { key: 'source.properties', type: { kind: 'MAP', key: text, value: text, nullable: true } },
  ],
  'canal-json': [
    { key: 'database', type: text },
    { key: 'table', type: text },
    { key: 'sql-type', type: { kind: 'MAP', key: text, value: { kind: 'INT', nullable: true }, nullable: true } },
    { key: 'pk-names', type: texts },
    { key: 'ingestion-timestamp', type: instant },
    { key: 'event-timestamp', type: instant },
  ],
  'maxwell-json': [
    { key: 'database', type: text },
    { key: 'table', type: text },
    { key: 'primary-key-columns', type: texts },
    { key: 'ingestion-timestamp', type: instant },
  ],
  'ogg-json': [
    { key: 'table', type: text },
    { key: 'primary-keys', type: texts },
    { key: 'ingestion-timestamp', type: { ...instant, precision: 6 } },
    { key: 'event-timestamp', type: { ...instant, precision: 6 } },
  ],
};

export const CDC_RULES: Readonly<Record<CdcName, readonly OptionRule[]>> = {
  'debezium-json': cdcRules([{ key: 'schema-include', kind: 'boolean' }]),
  'canal-json': cdcRules([
    { key: 'database.include', kind: 'text' },
    { key: 'table.include', kind: 'text' },
  ]),
  'maxwell-json': cdcRules([]),
  'ogg-json': cdcRules([]),
};

export function describeCdc(name: CdcName, options: Readonly<Record<string, string>>, schema: RowSchema): FormatFacts {
  const { problems, warnings, values } = readJsonOptions(name, options, CDC_RULES[name]);
  for (const key of ['database.include', 'table.include']) {
    const pattern = values.text(key);
    if (pattern === null) continue;
    try {
      new RegExp(pattern, 'u');
    } catch {
      problems.push({ option: `${name}.${key}`, message: `Option '${name}.${key}' must be a regular expression, '${pattern}' is none.` });
    }
  }
  return {
    problems: [...problems, ...jsonTypeProblems(name, schema)],
    warnings,
    changelog: ALL_CHANGES,
    metadata: CDC_METADATA[name],
    isLineDelimited: true,
  };
}
