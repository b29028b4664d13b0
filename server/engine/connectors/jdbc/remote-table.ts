/**
 * The database's own description of a table, and how the declared columns lie on it. Names are found as PostgreSQL would find them
 * unquoted (folded to small letters) when they are not there as written, and are always quoted afterwards.
 */

import { nearestName } from '../../formats/option-rules.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { formatType, type SqlType, type TypeKind } from '../../types/sql-type.ts';
import { ConnectorError } from '../contract.ts';
import { quoteIdentifier, type Session } from './connection.ts';

export interface RemoteColumn {
  /** Declared name. */
  readonly name: string;
  readonly type: SqlType;
  /** Quoted. */
  readonly sqlName: string;
  /** Quoted, without length: `"pg_catalog"."int8"`. */
  readonly sqlType: string;
}

export interface RemoteTable {
  /** Quoted. */
  readonly sqlName: string;
  /** As declared, in order. */
  readonly columns: readonly RemoteColumn[];
  /** Columns of a unique key without NULLs, as types and quoted names, by which a scan can go on; empty = none. */
  readonly scanKey: readonly { readonly sqlName: string; readonly sqlType: string }[];
  /** A plain table, whose rows have addresses (ctid). */
  readonly hasRowAddresses: boolean;
  /** Column sets (declared names) that have a unique index. */
  readonly uniqueSets: readonly (readonly string[])[];
}

/** Which database types a declared type can be read from and written to. Text reads everything. */
const COUNTERPARTS: Partial<Record<TypeKind, readonly string[]>> = {
  BOOLEAN: ['bool'],
  TINYINT: ['int2'],
  SMALLINT: ['int2'],
  INT: ['int2', 'int4'],
  BIGINT: ['int2', 'int4', 'int8', 'oid'],
  FLOAT: ['float4', 'float8', 'numeric'],
  DOUBLE: ['float4', 'float8', 'numeric'],
  DECIMAL: ['numeric', 'int2', 'int4', 'int8', 'money'],
  DATE: ['date'],
  TIME: ['time'],
  TIMESTAMP: ['timestamp', 'timestamptz'],
  TIMESTAMP_LTZ: ['timestamptz', 'timestamp'],
  BINARY: ['bytea'],
  VARBINARY: ['bytea'],
};
/** Wider columns take narrower values. */
const WRITABLE_TOO: Partial<Record<TypeKind, readonly string[]>> = {
  TINYINT: ['int4', 'int8', 'numeric'],
  SMALLINT: ['int4', 'int8', 'numeric'],
  INT: ['int8', 'numeric'],
  BIGINT: ['numeric'],
};

export async function describeRemote(plan: PlanTable, tableName: string, session: Session, role: 'source' | 'sink'): Promise<RemoteTable> {
  const [first, second] = tableName.split('.') as [string, string | undefined];
  const [schema, name] = second === undefined ? [null, first] : [first, second];
  const found = await session.query(
    `SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN ($1::text, lower($1::text))
       AND CASE WHEN $2::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname IN ($2::text, lower($2::text)) END
     ORDER BY c.relname = $1::text DESC, n.nspname = $2::text DESC LIMIT 1`,
    [name, schema],
  );
  const [oid, nspname, relname, kind] = found[0] ?? [];
  if (oid == null || nspname == null || relname == null) {
    throw new ConnectorError(`The database has no table '${tableName}' that this user can see; create it, or correct 'table-name'.`, false);
  }
  const attributes = await session.query(
    `SELECT a.attname, t.typname, n.nspname, t.typtype, format_type(a.atttypid, a.atttypmod)
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
     WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [oid],
  );
  const remote = attributes.map(([column, type, typeSchema, typeKind, text]) => ({
    column: column as string,
    type: type as string,
    typeKind: typeKind as string,
    text: text as string,
    sqlType: `${quoteIdentifier(typeSchema as string)}.${quoteIdentifier(type as string)}`,
  }));
  const columns = plan.physical.map((field): RemoteColumn => {
    const match = remote.find(({ column }) => column === field.name) ?? remote.find(({ column }) => column === field.name.toLowerCase());
    if (match === undefined)
      throw missingColumn(
        field.name,
        tableName,
        remote.map(({ column }) => column),
      );
    assertCounterpart(field.name, field.type, match, tableName, role);
    return { name: field.name, type: field.type, sqlName: quoteIdentifier(match.column), sqlType: match.sqlType };
  });
  const keys = await uniqueKeys(oid, session);
  const declaredNames = new Map(columns.map((column) => [column.sqlName, column.name]));
  const scanKey = keys.find((key) => key.isNotNull)?.columns ?? [];
  return {
    sqlName: `${quoteIdentifier(nspname)}.${quoteIdentifier(relname)}`,
    columns,
    scanKey: scanKey.map((column) => ({
      sqlName: quoteIdentifier(column),
      sqlType: remote.find((entry) => entry.column === column)?.sqlType ?? '',
    })),
    hasRowAddresses: kind === 'r' || kind === 'm',
    uniqueSets: keys.map((key) => key.columns.map((column) => declaredNames.get(quoteIdentifier(column)) ?? column)),
  };
}

/** Whole, immediate unique indexes on plain columns; primary key first. */
async function uniqueKeys(oid: string, session: Session): Promise<{ readonly columns: string[]; readonly isNotNull: boolean }[]> {
  const rows = await session.query(
    `SELECT i.indexrelid, a.attname, a.attnotnull FROM pg_catalog.pg_index i
     CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
     ORDER BY i.indisprimary DESC, i.indexrelid, k.place`,
    [oid],
  );
  return [...Map.groupBy(rows, ([index]) => index).values()].map((ofIndex) => ({
    columns: ofIndex.map(([, column]) => column as string),
    isNotNull: ofIndex.every(([, , notNull]) => notNull === 't'),
  }));
}

function missingColumn(name: string, tableName: string, known: readonly string[]): ConnectorError {
  const near = nearestName(name, known);
  return new ConnectorError(
    `Table '${tableName}' of the database has no column '${name}'; it has ${known.join(', ')}.${near === null ? '' : ` Did you mean '${near}'?`}`,
    false,
  );
}

function assertCounterpart(
  name: string,
  type: SqlType,
  remote: { readonly type: string; readonly text: string },
  tableName: string,
  role: 'source' | 'sink',
): void {
  const where = `Column '${name}' of table '${tableName}'`;
  if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return;
  if (type.kind === 'ARRAY') {
    if (role === 'sink') throw new ConnectorError(`${where}: ${formatType(type)} can be read but not written yet.`, false);
    if (!remote.type.startsWith('_'))
      throw new ConnectorError(`${where} is ${remote.text} in the database, but declared as ${formatType(type)}.`, false);
    return;
  }
  const fits = COUNTERPARTS[type.kind]?.includes(remote.type) || (role === 'sink' && WRITABLE_TOO[type.kind]?.includes(remote.type));
  if (!fits) throw new ConnectorError(`${where} is ${remote.text} in the database, but declared as ${formatType(type)}.`, false);
}
