/**
 * Many rows of one table with one statement: Prisma's own createMany costs as much a row as a statement each. Ids of the tables that are
 * written so are given by the database in the order of the rows, so sorted ids are those of the rows in their order.
 */
import type { DatabaseOrTransaction } from './open-database.ts';

export type InsertTable = 'StreamEvent' | 'JobEvent' | 'LedgerEntry';
export type InsertValue = string | number | Date | null;

/** Values of one statement; SQLite takes 32,766 and PostgreSQL 65,535. */
const VALUES_MOST = 8_000;

function templateOf(table: InsertTable, columns: readonly string[], rows: number, tail: string): TemplateStringsArray {
  const parts = [`INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (`];
  for (let row = 0; row < rows; row++) {
    for (let column = 1; column < columns.length; column++) parts.push(', ');
    parts.push(row === rows - 1 ? `)${tail}` : '), (');
  }
  return Object.assign(parts, { raw: parts });
}

function* slices(columns: readonly string[], rows: readonly (readonly InsertValue[])[]): Generator<readonly (readonly InsertValue[])[]> {
  const most = Math.floor(VALUES_MOST / columns.length);
  for (let from = 0; from < rows.length; from += most) yield rows.slice(from, from + most);
}

/** `rows`: each with a value for each of `columns`. Other columns get their defaults. */
export async function insertRows(
  database: DatabaseOrTransaction,
  table: InsertTable,
  columns: readonly string[],
  rows: readonly (readonly InsertValue[])[],
): Promise<void> {
  for (const slice of slices(columns, rows)) await database.$executeRaw(templateOf(table, columns, slice.length, ''), ...slice.flat());
}

/** As `insertRows`; returns the rows' ids. */
export async function insertRowsForIds(
  database: DatabaseOrTransaction,
  table: Exclude<InsertTable, 'StreamEvent'>,
  columns: readonly string[],
  rows: readonly (readonly InsertValue[])[],
): Promise<number[]> {
  const ids: number[] = [];
  for (const slice of slices(columns, rows)) {
    const template = templateOf(table, columns, slice.length, ' RETURNING "id"');
    const returned = await database.$queryRaw<{ readonly id: number | bigint }[]>(template, ...slice.flat());
    ids.push(...returned.map((row) => Number(row.id)).sort((a, b) => a - b));
  }
  return ids;
}
