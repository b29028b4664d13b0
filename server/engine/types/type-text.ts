/** Types read back from the text that formatType writes; rows are not among them. */
import { LENGTH_MAX, type SqlType } from './sql-type.ts';

/** null for a text that is no such type. */
export function parseTypeText(text: string): SqlType | null {
  const match = /^\s*(.*?)(\s+NOT\s+NULL)?\s*$/is.exec(text);
  if (match === null) return null;
  const body = match[1].toUpperCase();
  const nullable = match[2] === undefined;
  const nested = /^(ARRAY|MULTISET)<(.*)>$/s.exec(body);
  if (nested !== null) {
    const element = parseTypeText(nested[2]);
    return element === null ? null : { kind: nested[1] as 'ARRAY' | 'MULTISET', element, nullable };
  }
  const parts = /^([A-Z_ ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(body);
  if (parts === null) return null;
  return simple(parts[1], parts[2] === undefined ? null : Number(parts[2]), Number(parts[3] ?? 0), nullable);
}

function simple(name: string, parameter: number | null, scale: number, nullable: boolean): SqlType | null {
  switch (name) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
      return { kind: name, nullable };
    case 'INTEGER':
      return { kind: 'INT', nullable };
    case 'STRING':
      return { kind: 'VARCHAR', length: LENGTH_MAX, nullable };
    case 'BYTES':
      return { kind: 'VARBINARY', length: LENGTH_MAX, nullable };
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return { kind: name, length: parameter ?? 1, nullable };
    case 'DECIMAL':
      return { kind: 'DECIMAL', precision: parameter ?? 10, scale, nullable };
    case 'TIME':
      return { kind: 'TIME', precision: parameter ?? 0, nullable };
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return { kind: name, precision: parameter ?? 6, nullable };
    default:
      return null;
  }
}
