/** The statements of a sink: fixed texts whose only variable parts are quoted names out of the database's own catalogue. */
import type { RemoteTable } from './remote-table.ts';

export interface WriteStatements {
  /** One array a column, in declared order. */
  readonly write: string;
  /** One array a key column; null without key. */
  readonly delete: string | null;
}

export function writeStatements({ sqlName, columns }: RemoteTable, primaryKey: readonly string[]): WriteStatements {
  const names = columns.map((column) => column.sqlName).join(', ');
  const arrays = columns.map((column, i) => `$${i + 1}::${column.sqlType}[]`).join(', ');
  const insert = `INSERT INTO ${sqlName} (${names}) SELECT * FROM unnest(${arrays})`;
  if (primaryKey.length === 0) return { write: insert, delete: null };
  const keys = primaryKey.flatMap((name) => columns.filter((column) => column.name === name));
  const others = columns.filter((column) => !primaryKey.includes(column.name));
  const target = keys.map((column) => column.sqlName).join(', ');
  const update =
    others.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${others.map((column) => `${column.sqlName} = EXCLUDED.${column.sqlName}`).join(', ')}`;
  const keyArrays = keys.map((column, i) => `$${i + 1}::${column.sqlType}[]`).join(', ');
  const keyNames = keys.map((_, i) => `k${i}`);
  const match = keys.map((column, i) => `t.${column.sqlName} = d.${keyNames[i]}`).join(' AND ');
  return {
    write: `${insert} ON CONFLICT (${target}) ${update}`,
    delete: `DELETE FROM ${sqlName} AS t USING unnest(${keyArrays}) AS d(${keyNames.join(', ')}) WHERE ${match}`,
  };
}
