/** The job of the restart tests: flights from Kafka to totals by distance (PostgreSQL, by key) and by quarter of an hour (files in the bucket). */

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import type { DistanceTotal, WindowTotal } from '../crash/checker/flights.ts';
import type { S3Server } from '../servers/s3.ts';

export const BUCKET = 'tidemark';

export interface FlightJobPlaces {
  readonly brokers: string;
  readonly topic: string;
  readonly postgresPort: number;
  readonly table: string;
  readonly folder: string;
}

export function flightSql(places: FlightJobPlaces): string {
  return `CREATE TABLE flights (
  flight BIGINT, delay INT, distance INT, departed TIMESTAMP(3),
  WATERMARK FOR departed AS departed - INTERVAL '5' MINUTE
) WITH (
  'connector' = 'kafka', 'topic' = '${places.topic}', 'properties.bootstrap.servers' = '${places.brokers}',
  'properties.group.id' = 'tidemark-${places.topic}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json'
);
CREATE TABLE by_distance (
  distance INT, flights BIGINT, delay_total BIGINT, delay_max INT, PRIMARY KEY (distance) NOT ENFORCED
) WITH (
  'connector' = 'jdbc', 'url' = 'jdbc:postgresql://127.0.0.1:${places.postgresPort}/postgres',
  'table-name' = '${places.table}', 'username' = 'postgres', 'password' = 'not-asked'
);
CREATE TABLE by_quarter_hour (
  window_start TIMESTAMP(0), flights BIGINT, \`delayed\` BIGINT, delay_total BIGINT
) WITH (
  'connector' = 'filesystem', 'path' = 'obs://${BUCKET}/${places.folder}', 'format' = 'json'
);
EXECUTE STATEMENT SET BEGIN
INSERT INTO by_distance
  SELECT distance, COUNT(*), SUM(CAST(delay AS BIGINT)), MAX(delay) FROM flights GROUP BY distance;
INSERT INTO by_quarter_hour
  SELECT CAST(window_start AS TIMESTAMP(0)), COUNT(*), COUNT(*) FILTER (WHERE delay > 15), SUM(CAST(delay AS BIGINT))
  FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(departed), INTERVAL '15' MINUTE))
  GROUP BY window_start, window_end;
END;
`;
}

export async function createDistanceTable(url: string, table: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE TABLE ${table} (distance INT PRIMARY KEY, flights BIGINT, delay_total BIGINT, delay_max INT)`);
  await client.end();
}

export async function readDistanceTotals(url: string, table: string): Promise<DistanceTotal[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ distance: number; flights: string; delay_total: string; delay_max: number }>(
    `SELECT * FROM ${table}`,
  );
  await client.end();
  return rows.map((row) => ({
    distance: row.distance,
    flights: Number(row.flights),
    delayTotal: Number(row.delay_total),
    delayMax: row.delay_max,
  }));
}

export function s3Client(s3: S3Server): S3Client {
  return new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey },
  });
}

/** Rows of all committed files; names that begin with . or _ are not data. */
export async function readWindowTotals(s3: S3Server, folder: string): Promise<WindowTotal[]> {
  const client = s3Client(s3);
  const rows: WindowTotal[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${folder}/`, ...(token ? { ContinuationToken: token } : {}) }),
    );
    for (const { Key } of page.Contents ?? []) {
      if (!Key || /(^|\/)[._]/.test(Key.slice(folder.length + 1))) continue;
      const object = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      for (const line of ((await object.Body?.transformToString()) ?? '').split('\n')) {
        if (line === '') continue;
        const row = JSON.parse(line) as { window_start: string; flights: number; delayed: number; delay_total: number };
        rows.push({ windowStart: row.window_start, flights: row.flights, delayed: row.delayed, delayTotal: row.delay_total });
      }
    }
    token = page.NextContinuationToken;
  } while (token);
  client.destroy();
  return rows;
}
