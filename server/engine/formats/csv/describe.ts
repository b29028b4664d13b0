/** What a script check wants to know of format `csv`. */
import { formatType, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import { INSERT_ONLY } from '../changelog-kinds.ts';
import type { FormatFacts } from '../contract.ts';
import { isByteSyntax } from './csv-fields.ts';
import { readCsvOptions } from './options.ts';

export function describeCsv(options: Readonly<Record<string, string>>, schema: RowSchema): FormatFacts {
  const { problems, warnings, csv } = readCsvOptions(options);
  if (!isByteSyntax(csv)) {
    problems.push({ option: null, message: "The delimiter, quote and escape characters of format 'csv' must be ASCII characters." });
  }
  for (const field of schema) {
    if (!isCsvType(field.type, 0)) {
      problems.push({ option: null, message: `Format 'csv' cannot carry column '${field.name}' of type ${formatType(field.type)}.` });
    }
  }
  return { problems, warnings, changelog: INSERT_ONLY, metadata: [], isLineDelimited: true };
}

/** Arrays and rows of plain values; no maps, and nothing nested deeper: the element delimiter is one. */
function isCsvType(type: SqlType, depth: number): boolean {
  switch (type.kind) {
    case 'ARRAY':
      return depth === 0 && isCsvType(type.element, 1);
    case 'ROW':
      return depth === 0 && type.fields.every((field) => isCsvType(field.type, 1));
    case 'MAP':
    case 'MULTISET':
      return false;
    default:
      return true;
  }
}
