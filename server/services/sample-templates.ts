/** Sample templates: SQL that runs on the embedded engine as it is, or after the addresses in it are changed. */

export interface SampleTemplate {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** Makes its own orders, counts them by city in windows of ten seconds, prints the counts and stores them as files. */
export const EXAMPLE_SQL = `-- Orders that the source makes itself: five a second, numbered without a gap.
CREATE TABLE orders (
  order_id BIGINT,
  city_id INT,
  amount DOUBLE,
  ordered_at AS PROCTIME()
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.order_id.kind' = 'sequence',
  'fields.order_id.start' = '1',
  'fields.order_id.end' = '1000000000',
  'fields.city_id.min' = '1',
  'fields.city_id.max' = '4',
  'fields.amount.min' = '1',
  'fields.amount.max' = '100'
);

CREATE TABLE orders_by_city (
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  city_id INT,
  orders BIGINT,
  first_order BIGINT,
  last_order BIGINT,
  turnover DOUBLE
) WITH (
  'connector' = 'print'
);

INSERT INTO orders_by_city
SELECT window_start, window_end, city_id, COUNT(*), MIN(order_id), MAX(order_id), SUM(amount)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, city_id;
`;

const KAFKA_TO_KAFKA = `CREATE TABLE clicks (
  user_id BIGINT,
  url STRING,
  clicked_at TIMESTAMP(3),
  WATERMARK FOR clicked_at AS clicked_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'properties.group.id' = 'clicks-by-minute',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE clicks_by_minute (
  window_start TIMESTAMP(3),
  url STRING,
  clicks BIGINT,
  users BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks-by-minute',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'sink.delivery-guarantee' = 'at-least-once',
  'sink.transactional-id-prefix' = 'clicks-by-minute',
  'format' = 'json'
);

INSERT INTO clicks_by_minute
SELECT window_start, url, COUNT(*), COUNT(DISTINCT user_id)
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(clicked_at), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, url;
`;

const FILES_TO_FILES = `CREATE TABLE payments (
  payment_id STRING,
  account STRING,
  amount DECIMAL(12, 2),
  paid_at TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = 'obs://tidemark/payments/in',
  'format' = 'csv'
);

CREATE TABLE large_payments (
  payment_id STRING,
  account STRING,
  amount DECIMAL(12, 2),
  paid_at TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = 'obs://tidemark/payments/large',
  'format' = 'json'
);

INSERT INTO large_payments
SELECT payment_id, account, amount, paid_at FROM payments WHERE amount >= 10000;
`;

const DEDUPLICATE = `CREATE TABLE readings (
  sensor STRING,
  reading_id STRING,
  celsius DOUBLE,
  measured_at TIMESTAMP(3),
  WATERMARK FOR measured_at AS measured_at - INTERVAL '10' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'readings',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'properties.group.id' = 'readings-once',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE readings_once (
  sensor STRING,
  reading_id STRING,
  celsius DOUBLE,
  measured_at TIMESTAMP(3),
  PRIMARY KEY (sensor, reading_id) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'readings-once',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'key.format' = 'json',
  'value.format' = 'json'
);

INSERT INTO readings_once
SELECT sensor, reading_id, celsius, measured_at
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY sensor, reading_id ORDER BY measured_at ASC) AS n FROM readings
)
WHERE n = 1;
`;

export const SAMPLE_TEMPLATES: readonly SampleTemplate[] = [
  {
    name: 'Orders by city, with data of its own',
    description: 'Counts orders in windows of ten seconds. Needs nothing else.',
    sql: EXAMPLE_SQL,
  },
  { name: 'Kafka to Kafka, clicks by minute', description: 'Counts of each minute, at least once.', sql: KAFKA_TO_KAFKA },
  { name: 'Files to files, large payments', description: 'A bounded job over a bucket.', sql: FILES_TO_FILES },
  { name: 'Kafka, each reading once', description: 'Removes repeated messages by their key.', sql: DEDUPLICATE },
];
