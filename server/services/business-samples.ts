/** Samples of what streaming jobs are for, in the kinds DLI has them: wide tables, turnover, top lists, log cleaning, alarms on vehicles. */
import type { SampleTemplate } from './sample-templates.ts';

const from = (topic: string, group: string): string => `  'connector' = 'kafka',
  'topic' = '${topic}',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'properties.group.id' = '${group}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'`;
const upsertTo = (topic: string): string => `  'connector' = 'upsert-kafka',
  'topic' = '${topic}',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'key.format' = 'json',
  'value.format' = 'json'`;
const ORDERS_TABLE = (group: string): string => `CREATE TABLE orders (
  order_id STRING,
  user_id BIGINT,
  product_id BIGINT,
  address_id BIGINT,
  amount DECIMAL(12, 2),
  paid_at TIMESTAMP(3),
  WATERMARK FOR paid_at AS paid_at - INTERVAL '10' SECOND
) WITH (
${from('orders', group)}
);
`;

const WIDE_ORDERS = `${ORDERS_TABLE('orders-wide')}
-- The newest version of each address, by its key.
CREATE TABLE addresses (
  address_id BIGINT,
  province STRING,
  city STRING,
  district STRING,
  PRIMARY KEY (address_id) NOT ENFORCED
) WITH (
${upsertTo('addresses')}
);

CREATE TABLE orders_wide (
  order_id STRING,
  user_id BIGINT,
  amount DECIMAL(12, 2),
  province STRING,
  city STRING,
  district STRING,
  PRIMARY KEY (order_id) NOT ENFORCED
) WITH (
${upsertTo('orders-wide')}
);

INSERT INTO orders_wide
SELECT o.order_id, o.user_id, o.amount, a.province, a.city, a.district
FROM orders AS o LEFT JOIN addresses AS a ON o.address_id = a.address_id;
`;

const DAILY_TURNOVER = `${ORDERS_TABLE('turnover-by-day')}
CREATE TABLE turnover_by_day (
  order_day STRING,
  orders BIGINT,
  payers BIGINT,
  turnover DECIMAL(38, 2),
  PRIMARY KEY (order_day) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://postgres.example.org:5432/reports',
  'table-name' = 'turnover_by_day',
  'username' = 'reports',
  'password' = ''
);

INSERT INTO turnover_by_day
SELECT DATE_FORMAT(paid_at, 'yyyy-MM-dd'), COUNT(*), COUNT(DISTINCT user_id), SUM(amount)
FROM orders
GROUP BY DATE_FORMAT(paid_at, 'yyyy-MM-dd');
`;

const MOST_CLICKED = `CREATE TABLE clicks (
  user_id BIGINT,
  product_id BIGINT,
  category_id BIGINT,
  behaviour STRING,
  clicked_at TIMESTAMP(3),
  WATERMARK FOR clicked_at AS clicked_at - INTERVAL '5' SECOND
) WITH (
${from('clicks', 'most-clicked')}
);

CREATE TABLE most_clicked (
  window_end TIMESTAMP(3),
  place BIGINT,
  product_id BIGINT,
  clicks BIGINT,
  PRIMARY KEY (window_end, place) NOT ENFORCED
) WITH (
${upsertTo('most-clicked')}
);

-- The three products with the most clicks of the last hour, every five minutes.
INSERT INTO most_clicked
SELECT window_end, place, product_id, clicks
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY clicks DESC) AS place
  FROM (
    SELECT window_start, window_end, product_id, COUNT(*) AS clicks
    FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(clicked_at), INTERVAL '5' MINUTE, INTERVAL '1' HOUR))
    WHERE behaviour = 'click'
    GROUP BY window_start, window_end, product_id
  )
)
WHERE place <= 3;
`;

const ACCESS_LOG = `-- One line of the web server's log a message.
CREATE TABLE access_log (
  line STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'access-log',
  'properties.bootstrap.servers' = 'kafka.example.org:9092',
  'properties.group.id' = 'access-log-clean',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'raw'
);

CREATE TABLE requests (
  client STRING,
  verb STRING,
  url STRING,
  status INT,
  sent_bytes BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = 'obs://tidemark/access-log/requests',
  'format' = 'json'
);

INSERT INTO requests
SELECT
  REGEXP_EXTRACT(line, '^(\\S+) ', 1),
  REGEXP_EXTRACT(line, '"(\\w+) ', 1),
  REGEXP_EXTRACT(line, '"\\w+ (\\S+)', 1),
  CAST(REGEXP_EXTRACT(line, '" (\\d{3}) ', 1) AS INT),
  CAST(REGEXP_EXTRACT(line, '" \\d{3} (\\d+)', 1) AS BIGINT)
FROM access_log
WHERE line LIKE '%HTTP/%';
`;

const VEHICLES = (group: string): string => `CREATE TABLE vehicle_positions (
  plate STRING,
  longitude DOUBLE,
  latitude DOUBLE,
  kmh DOUBLE,
  seen_at TIMESTAMP(3),
  WATERMARK FOR seen_at AS seen_at - INTERVAL '15' SECOND
) WITH (
${from('vehicle-positions', group)}
);
`;

const OVERSPEED = `${VEHICLES('overspeed')}
CREATE TABLE overspeed (
  plate STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  mean_kmh DOUBLE,
  top_kmh DOUBLE,
  PRIMARY KEY (plate, window_start) NOT ENFORCED
) WITH (
${upsertTo('overspeed')}
);

INSERT INTO overspeed
SELECT plate, window_start, window_end, AVG(kmh), MAX(kmh)
FROM TABLE(TUMBLE(TABLE vehicle_positions, DESCRIPTOR(seen_at), INTERVAL '1' MINUTE))
GROUP BY plate, window_start, window_end
HAVING AVG(kmh) > 120;
`;

const GEOFENCE = `${VEHICLES('geofence')}
CREATE TABLE fence_alarms (
  plate STRING,
  longitude DOUBLE,
  latitude DOUBLE,
  metres DOUBLE,
  seen_at TIMESTAMP(3),
  PRIMARY KEY (plate, seen_at) NOT ENFORCED
) WITH (
${upsertTo('fence-alarms')}
);

-- Distance on a sphere to the middle of the fence; 2,000 m is its radius.
INSERT INTO fence_alarms
SELECT plate, longitude, latitude, metres, seen_at
FROM (
  SELECT *,
    6371000 * ACOS(LEAST(1, SIN(RADIANS(latitude)) * SIN(RADIANS(39.9087)) +
      COS(RADIANS(latitude)) * COS(RADIANS(39.9087)) * COS(RADIANS(longitude - 116.3975)))) AS metres
  FROM vehicle_positions
)
WHERE metres > 2000;
`;

const SAME_PLATE = `${VEHICLES('same-plate')}
CREATE TABLE same_plate_twice (
  plate STRING,
  first_seen TIMESTAMP(3),
  then_seen TIMESTAMP(3),
  degrees_apart DOUBLE,
  PRIMARY KEY (plate, first_seen, then_seen) NOT ENFORCED
) WITH (
${upsertTo('same-plate-twice')}
);

-- One plate at two places that no car drives between in a minute.
INSERT INTO same_plate_twice
SELECT a.plate, a.seen_at, b.seen_at, ABS(a.longitude - b.longitude) + ABS(a.latitude - b.latitude)
FROM vehicle_positions AS a
JOIN vehicle_positions AS b
  ON a.plate = b.plate
  AND b.seen_at BETWEEN a.seen_at AND a.seen_at + INTERVAL '1' MINUTE
WHERE ABS(a.longitude - b.longitude) + ABS(a.latitude - b.latitude) > 0.2;
`;

const SESSIONS = `CREATE TABLE page_views (
  user_id BIGINT,
  url STRING,
  viewed_at TIMESTAMP(3),
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '5' SECOND
) WITH (
${from('page-views', 'sessions')}
);

CREATE TABLE sessions (
  user_id BIGINT,
  began TIMESTAMP(3),
  ended TIMESTAMP(3),
  pages BIGINT,
  PRIMARY KEY (user_id, began) NOT ENFORCED
) WITH (
${upsertTo('sessions')}
);

-- A session ends after thirty minutes without a page.
INSERT INTO sessions
SELECT user_id, window_start, window_end, COUNT(*)
FROM TABLE(SESSION(TABLE page_views PARTITION BY user_id, DESCRIPTOR(viewed_at), INTERVAL '30' MINUTE))
GROUP BY user_id, window_start, window_end;
`;

const ARCHIVE = `CREATE TABLE events (
  event_id STRING,
  kind STRING,
  happened_at TIMESTAMP(3)
) WITH (
${from('events', 'events-archive')}
);

CREATE TABLE events_archive (
  event_id STRING,
  kind STRING,
  happened_at TIMESTAMP(3),
  event_day STRING
) PARTITIONED BY (event_day) WITH (
  'connector' = 'filesystem',
  'path' = 'obs://tidemark/events/archive',
  'format' = 'json'
);

INSERT INTO events_archive
SELECT event_id, kind, happened_at, DATE_FORMAT(happened_at, 'yyyy-MM-dd') FROM events;
`;

export const BUSINESS_SAMPLES: readonly SampleTemplate[] = [
  { name: 'Orders wide table by address', description: 'Joins each order with the newest version of its address.', sql: WIDE_ORDERS },
  { name: 'Turnover, orders and payers by day', description: 'Running totals in PostgreSQL, one row a day.', sql: DAILY_TURNOVER },
  { name: 'Most clicked products', description: 'Top three of the last hour, every five minutes.', sql: MOST_CLICKED },
  { name: 'Web server log to files', description: 'Takes lines apart and stores them as JSON.', sql: ACCESS_LOG },
  { name: 'Overspeed alarm', description: 'Vehicles whose mean speed of a minute is over 120 km/h.', sql: OVERSPEED },
  { name: 'Geofence alarm', description: 'Vehicles that leave a circle of two kilometres.', sql: GEOFENCE },
  { name: 'One plate at two places', description: 'Positions within a minute that no car drives between.', sql: SAME_PLATE },
  { name: 'Sessions of page views', description: 'Session windows with a gap of thirty minutes.', sql: SESSIONS },
  { name: 'Kafka to files, by day', description: 'An archive in folders by day, committed with checkpoints.', sql: ARCHIVE },
];
