/**
 * A PostgreSQL session over a socket that the dialer made, so that the address policy holds. The `pg` client wants to connect its
 * stream itself: the stream it gets is connected already and only says so when asked to connect.
 * All values travel as text; dates, times and bytes in one fixed form.
 */
import pg from 'pg';
import { DialError, type Dialer } from '../../../effects/dialer.ts';
import { sentences } from '../../../lib/sentences.ts';
import { ConnectorError } from '../contract.ts';
import type { JdbcTable } from './options.ts';

/** SQLSTATE classes and codes after which the same statement may succeed: connection, resources, shutdown, serialization, deadlock, lock. */
const RETRYABLE_STATES = /^(08|53|57P|40001|40P01|55P03)/;
/** What to do, by SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  '42501': "Grant the user this right, or name another user in 'username'.",
  '42P01': "Create the table, or correct 'table-name'.",
  '53100': 'Make room on the disk of the database.',
};
const SETTINGS = "SET DateStyle TO 'ISO, YMD'; SET TIME ZONE 'UTC'; SET bytea_output TO 'hex'; SET extra_float_digits TO 3";

export type TextRow = readonly (string | null)[];

export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<readonly TextRow[]>;
  readonly isBroken: boolean;
  close(): Promise<void>;
}

/** Throws ConnectorError with one sentence: unreachable, refused credentials, no such database. */
export async function openSession(table: JdbcTable, dialer: Dialer): Promise<Session> {
  const { url } = table;
  const server = `${url.host}:${url.port}`;
  try {
    const socket = await dialer.connect({ host: url.host, port: url.port, timeoutMs: table.connectTimeoutMs });
    socket.connect = () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    };
    const client = new pg.Client({
      stream: () => socket,
      host: url.host,
      port: url.port,
      database: url.database,
      user: table.username,
      password: table.password,
      connectionTimeoutMillis: table.connectTimeoutMs,
      application_name: 'tidemark',
      ssl: tlsOf(url.tls, url.host),
      types: { getTypeParser: () => (text: unknown) => text } as unknown as pg.CustomTypesConfig,
    });
    const session = new PgSession(client);
    await client.connect();
    await client.query(SETTINGS);
    if (url.schema !== null)
      await client.query(
        `SET search_path TO ${url.schema
          .split(',')
          .map((name) => quoteIdentifier(name.trim()))
          .join(', ')}`,
      );
    return session;
  } catch (error) {
    if (error instanceof DialError) {
      throw new ConnectorError(`PostgreSQL ${server}: ${error.message}`, error.reason !== 'refused-by-policy', { cause: error });
    }
    const { code } = error as { readonly code?: string };
    if (code === '28P01' || code === '28000') {
      throw new ConnectorError(
        `PostgreSQL ${server} refused the sign-in of user '${table.username}': wrong 'username' or 'password'.`,
        false,
        { cause: error },
      );
    }
    if (code === '3D000')
      throw new ConnectorError(`PostgreSQL ${server} has no database '${url.database}'; correct 'url'.`, false, { cause: error });
    throw databaseError(error, `PostgreSQL ${server} cannot be used`);
  }
}

/** `what` says what was tried; the database's own words follow. */
export function databaseError(error: unknown, what: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { message, detail, code } = error as { readonly message: string; readonly detail?: string; readonly code?: string };
  return new ConnectorError(
    sentences(
      `${what}: ${message.replace(/\.$/, '')}${detail === undefined ? '' : ` (${detail.replace(/\.$/, '')})`}.`,
      ADVICE[code ?? ''] ?? '',
    ),
    isRetryable(error),
    { cause: error },
  );
}

/** No SQLSTATE means that the connection broke. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ConnectorError) return error.isRetryable;
  const { code } = error as { readonly code?: string };
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || RETRYABLE_STATES.test(code);
}

/** Any text may be an identifier in quotes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tlsOf(mode: JdbcTable['url']['tls'], host: string) {
  if (mode === 'no') return false;
  if (mode === 'encrypt') return { rejectUnauthorized: false, servername: host };
  return mode === 'verify-ca' ? { servername: host, checkServerIdentity: () => undefined } : { servername: host };
}

class PgSession implements Session {
  readonly #client: pg.Client;
  isBroken = false;

  constructor(client: pg.Client) {
    this.#client = client;
    client.on('error', () => {
      this.isBroken = true; // the query under way, or the next one, tells
    });
    client.on('end', () => {
      this.isBroken = true;
    });
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly TextRow[]> {
    const result = await this.#client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' });
    return result.rows;
  }

  async close(): Promise<void> {
    if (this.isBroken) return;
    this.isBroken = true;
    await this.#client.end().catch(() => {}); // it is gone in any case
  }
}
