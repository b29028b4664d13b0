/** Flink SQL of the jobs that browser tests and the picture tour run; all make their own rows. */

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
