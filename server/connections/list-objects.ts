/** What a connection gives access to: topics of a cluster, tables and views of a database, folders and files of a bucket. */
import type { ConnectionConfig, ConnectionObject } from '../contract/connections.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { Secret } from '../secrets/secret.ts';
import { kafkaOf, sessionOf, storeOf } from './open-connection.ts';

const OBJECTS_MOST = 200;

export interface ListedObjects {
  readonly objects: ConnectionObject[];
  /** There are more than are told. */
  readonly isCut: boolean;
}

/**
 * `q`: part of the name; of an object store the folder to look into, ending in `/`, or the beginning of a name in it. Throws an Error with one
 * sentence when the other side does not answer or refuses.
 */
export async function listObjects(config: ConnectionConfig, secret: Secret | null, dialer: Dialer, q: string): Promise<ListedObjects> {
  if (config.kind === 'kafka') {
    const cluster = kafkaOf(config, secret, dialer);
    try {
      const { topics } = await cluster.metadata(null);
      const fitting = topics.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase())).sort((a, b) => (a.name < b.name ? -1 : 1));
      return cut(fitting.map(({ name, partitions }) => ({ kind: 'topic' as const, name, size: partitions.length })));
    } finally {
      await cluster.close();
    }
  }
  if (config.kind === 'postgresql') {
    const session = await sessionOf(config, secret, dialer);
    try {
      const rows = await session.query(
        `SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END, c.relkind,
           (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
           AND position(lower($1::text) in lower(n.nspname || '.' || c.relname)) > 0
           AND pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')
         ORDER BY 1 LIMIT $2`,
        [q, OBJECTS_MOST + 1],
      );
      return cut(
        rows.map(([name, kind, columns]) => ({
          kind: kind === 'v' || kind === 'm' ? ('view' as const) : ('table' as const),
          name: name ?? '',
          size: Number(columns),
        })),
      );
    } finally {
      await session.close();
    }
  }
  if (config.kind !== 'object-store') return { objects: [], isCut: false };
  const page = await storeOf(config, secret, dialer).list(config.bucket, q, { delimiter: '/', limit: OBJECTS_MOST });
  const folders = page.prefixes.map((name) => ({ kind: 'folder' as const, name, size: null }));
  const files = page.objects.filter(({ key }) => !key.endsWith('/')).map(({ key, size }) => ({ kind: 'file' as const, name: key, size }));
  return { objects: [...folders, ...files], isCut: page.nextToken !== null };
}

function cut(objects: ConnectionObject[]): ListedObjects {
  return { objects: objects.slice(0, OBJECTS_MOST), isCut: objects.length > OBJECTS_MOST };
}
