/** What a script check wants to know of format `json`: option problems and types it cannot carry. */
import type { OptionProblem } from '../../connectors/contract.ts';
import { formatType, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import { INSERT_ONLY } from '../changelog-kinds.ts';
import type { FormatFacts } from '../contract.ts';
import { JSON_RULES, readJsonOptions } from './options.ts';

export function describeJson(options: Readonly<Record<string, string>>, schema: RowSchema): FormatFacts {
  const { problems, warnings } = readJsonOptions('json', options, JSON_RULES);
  return {
    problems: [...problems, ...jsonTypeProblems('json', schema)],
    warnings,
    changelog: INSERT_ONLY,
    metadata: [],
    isLineDelimited: true,
  };
}

/** Flink's JSON formats take only text as the key of a MAP or the element of a MULTISET. */
export function jsonTypeProblems(format: string, schema: RowSchema): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const visit = (type: SqlType, column: string): void => {
    switch (type.kind) {
      case 'ARRAY':
        visit(type.element, column);
        return;
      case 'ROW':
        for (const field of type.fields) visit(field.type, column);
        return;
      case 'MAP':
      case 'MULTISET': {
        const key = type.kind === 'MAP' ? type.key : type.element;
        if (key.kind !== 'VARCHAR' && key.kind !== 'CHAR') {
          const message = `Format '${format}' takes only text as the key of a map: column '${column}' has ${formatType(type)}.`;
          problems.push({ option: null, message });
        }
        if (type.kind === 'MAP') visit(type.value, column);
        return;
      }
      default:
        return;
    }
  };
  for (const field of schema) visit(field.type, field.name);
  return problems;
}
