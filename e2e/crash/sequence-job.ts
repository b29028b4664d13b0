/**
 * The job of the crash campaign: numbered records to each kind of output that must be exact: every record once (files), a windowed
 * aggregate (files), a keyed aggregate as a changelog (files) and, where asked for, by key in PostgreSQL. Reads them back with plain clients.
 */
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import type { Change, KeyTotal, SequenceRow, WindowRow } from './checker/sequence.ts';

export const BUCKET = 'tidemark';
export const KEYS = 97;
export const GROUPS = 5;
/** A record is 10 ms of event time after the one before; a window is one second. */
export const WINDOW_RECORDS = 100;

export interface Places {
  readonly source:
    | { readonly kind: 'datagen'; readonly perSecond: number }
    | { readonly kind: 'kafka'; readonly brokers: string; readonly topic: string };
  /** Below the bucket. */
  readonly folder: string;
  /** null = no keyed table. */
  readonly postgres: { readonly port: number; readonly table: string } | null;
}

function sourceOptions(source: Places['source']): string {
  if (source.kind === 'datagen') {
    return `'connector' = 'datagen', 'rows-per-second' = '${source.perSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0',
  'fields.n.end' = '1000000000'`;
  }
  return `'connector' = 'kafka', 'topic' = '${source.topic}', 'properties.bootstrap.servers' = '${source.brokers}',
  'properties.group.id' = 'crash-${source.topic}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json'`;
}

export function sequenceSql(places: Places): string {
  const files = (name: string, format: string) =>
    `WITH ('connector' = 'filesystem', 'path' = 'obs://${BUCKET}/${places.folder}/${name}', 'format' = '${format}')`;
  const { postgres } = places;
  const keyed = `SELECT MOD(n, ${KEYS}), COUNT(*), SUM(n), MAX(n) FROM numbers GROUP BY MOD(n, ${KEYS})`;
  const jdbc = postgres
    ? `CREATE TABLE by_key (k BIGINT, c BIGINT, s BIGINT, m BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH (
  'connector' = 'jdbc', 'url' = 'jdbc:postgresql://127.0.0.1:${postgres.port}/postgres', 'table-name' = '${postgres.table}',
  'username' = 'postgres', 'password' = 'not-asked');\n`
    : '';
  return `CREATE TABLE numbers (
  n BIGINT, ts AS TO_TIMESTAMP_LTZ(n * 10, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  ${sourceOptions(places.source)}
);
CREATE TABLE each_record (n BIGINT, x BIGINT) ${files('each', 'csv')};
CREATE TABLE windows (w BIGINT, g BIGINT, c BIGINT, s BIGINT) ${files('windows', 'csv')};
CREATE TABLE changes (k BIGINT, c BIGINT, s BIGINT, m BIGINT) ${files('changes', 'debezium-json')};
${jdbc}EXECUTE STATEMENT SET BEGIN
INSERT INTO each_record SELECT n, MOD(n * 7919, 10007) FROM numbers;
INSERT INTO windows
  SELECT MIN(n) / ${WINDOW_RECORDS}, g, COUNT(*), SUM(n)
  FROM TABLE(TUMBLE(TABLE (SELECT n, MOD(n, ${GROUPS}) AS g, ts FROM numbers), DESCRIPTOR(ts), INTERVAL '1' SECOND))
  GROUP BY window_start, window_end, g;
INSERT INTO changes ${keyed};
${postgres ? `INSERT INTO by_key ${keyed};\n` : ''}END;
`;
}

export async function createKeyTable(url: string, table: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE TABLE ${table} (k BIGINT PRIMARY KEY, c BIGINT, s BIGINT, m BIGINT)`);
  await client.end();
}

export async function readKeyTable(url: string, table: string): Promise<KeyTotal[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ k: string; c: string; s: string; m: string }>(`SELECT * FROM ${table}`);
  await client.end();
  return rows.map((row) => ({ k: Number(row.k), c: Number(row.c), s: Number(row.s), m: Number(row.m) }));
}

export interface Bucket {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export function s3Client(bucket: Bucket): S3Client {
  return new S3Client({
    endpoint: bucket.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: bucket.accessKey, secretAccessKey: bucket.secretKey },
  });
}

/** Lines of all committed files below a folder; names that begin with . or _ are not data. */
async function linesOf(bucket: Bucket, folder: string): Promise<string[]> {
  const client = s3Client(bucket);
  const lines: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${folder}/`, ...(token ? { ContinuationToken: token } : {}) }),
    );
    for (const { Key } of page.Contents ?? []) {
      if (!Key || /(^|\/)[._]/.test(Key.slice(folder.length + 1))) continue;
      const object = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      for (const line of ((await object.Body?.transformToString()) ?? '').split('\n')) if (line !== '') lines.push(line);
    }
    token = page.NextContinuationToken;
  } while (token);
  client.destroy();
  return lines;
}

const numbersOf = (line: string) => line.split(',').map(Number) as [number, number, number, number];

export async function readEach(bucket: Bucket, folder: string): Promise<SequenceRow[]> {
  return (await linesOf(bucket, `${folder}/each`)).map((line) => {
    const [n, x] = numbersOf(line);
    return { n, x };
  });
}

export async function readWindows(bucket: Bucket, folder: string): Promise<WindowRow[]> {
  return (await linesOf(bucket, `${folder}/windows`)).map((line) => {
    const [w, g, c, s] = numbersOf(line);
    return { w, g, c, s };
  });
}

export async function readChanges(bucket: Bucket, folder: string): Promise<Change[]> {
  return (await linesOf(bucket, `${folder}/changes`)).map((line) => {
    const { before, after } = JSON.parse(line) as { before: KeyTotal | null; after: KeyTotal | null };
    return { before, after };
  });
}
