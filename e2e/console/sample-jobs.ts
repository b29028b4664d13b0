/** Flink SQL of the jobs that browser tests and the picture tour run; all make their own rows. */

import type { ConsoleApi } from '../servers/console-api.ts';

export interface CountingOptions {
  readonly rowsPerSecond?: number;
  /** The source ends after this many rows; absent = it does not end. */
  readonly rows?: number;
  readonly sink?: 'print' | 'blackhole';
}

/** Numbered orders, counted by city without a window: state for as long as it runs. */
export function countingSql({ rowsPerSecond = 20, rows = 1_000_000_000, sink = 'blackhole' }: CountingOptions = {}): string {
  return `CREATE TABLE orders (
  order_id BIGINT,
  city_id INT,
  amount DOUBLE
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '${rowsPerSecond}',
  'fields.order_id.kind' = 'sequence',
  'fields.order_id.start' = '1',
  'fields.order_id.end' = '${rows}',
  'fields.city_id.min' = '1',
  'fields.city_id.max' = '8'
);

CREATE TABLE orders_by_city (
  city_id INT,
  orders BIGINT,
  turnover DOUBLE
) WITH (
  'connector' = '${sink}'
);

INSERT INTO orders_by_city
SELECT city_id, COUNT(*), SUM(amount)
FROM orders
GROUP BY city_id;
`;
}

/** Sensor readings in event time, averaged by minute. */
export const WINDOW_SQL = `CREATE TABLE readings (
  sensor_id INT,
  celsius DOUBLE,
  measured_at TIMESTAMP(3),
  WATERMARK FOR measured_at AS measured_at - INTERVAL '2' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '200',
  'fields.sensor_id.min' = '1',
  'fields.sensor_id.max' = '500',
  'fields.celsius.min' = '-20',
  'fields.celsius.max' = '40'
);

CREATE TABLE averages (
  window_start TIMESTAMP(3),
  sensor_id INT,
  average_celsius DOUBLE,
  readings BIGINT
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO averages
SELECT window_start, sensor_id, AVG(celsius), COUNT(*)
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(measured_at), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, sensor_id;
`;

/** The column amonut, in line 16, column 12, is not there. */
export const WRONG_SQL = `CREATE TABLE orders (
  order_id BIGINT,
  amount DOUBLE
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5'
);

CREATE TABLE totals (
  total DOUBLE
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO totals
SELECT SUM(amonut) FROM orders;
`;

/** Nobody listens on port 1. */
export function unreachableSql(): string {
  return `CREATE TABLE orders (city STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = 'orders',
  'properties.bootstrap.servers' = '127.0.0.1:1', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE totals (city STRING, n BIGINT) WITH ('connector' = 'print');
INSERT INTO totals SELECT city, COUNT(*) FROM orders GROUP BY city;`;
}

/** Divides by zero at its 200th row, and so fails within seconds. */
export const failingSql = (): string => countingSql({ rowsPerSecond: 100 }).replace('COUNT(*)', 'COUNT(100 / (order_id - 200))');

/** Channels, rules and connections, so that their screens have something to show. */
export async function seedAlarmsAndConnections(api: ConsoleApi): Promise<void> {
  const make = <T>(path: string, body: object) => api.call<T>('POST', path, body);
  const mail = { kind: 'email', host: 'mail.example.org', port: 587, security: 'starttls', user: 'alarms', password: 'secret' };
  const channel = await make<{ id: string }>('/alarms/channels', {
    name: 'data-ops',
    target: { ...mail, from: 'tidemark@example.org', to: ['data-ops@example.org'] },
  });
  await make('/alarms/channels', {
    name: 'pager',
    target: { kind: 'webhook', url: 'https://pager.example.org/hook', secret: 'signing-secret' },
  });
  const rule = (name: string, condition: object, severity = 'critical') =>
    make('/alarms/rules', { name, condition, severity, channelIds: severity === 'critical' ? [channel.id] : [] });
  await rule('any failure', { kind: 'exception' });
  await rule('checkpoints stop', { kind: 'no-checkpoint', forSeconds: 600 });
  await rule('snapshot grows old', { kind: 'rpo', overSeconds: 900 });
  await rule('late readers', { kind: 'lag', overRecords: 50_000, forSeconds: 300 }, 'warning');
  const kafka = {
    kind: 'kafka',
    bootstrapServers: 'broker-1.example.org:9093,broker-2.example.org:9093',
    securityProtocol: 'SASL_SSL',
    username: 'tidemark',
  };
  await make('/connections', { name: 'kafka-prod', description: 'Orders and payments', config: kafka, secret: 'secret' });
  const database = { kind: 'postgresql', host: 'db.example.org', database: 'reports', username: 'reports', tls: 'verify' };
  await make('/connections', { name: 'pg-main', config: database, secret: 'secret' });
  const bucket = { kind: 'object-store', endpoint: 'https://obs.example.org', bucket: 'tidemark-prod', accessKey: 'AK7QX' };
  await make('/connections', { name: 'obs-prod', description: 'Bucket of the data team', config: bucket, secret: 'secret' });
}
