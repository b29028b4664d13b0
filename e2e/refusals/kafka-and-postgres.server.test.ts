/** What lies outside is not as the job says: missing topic and table, refused credentials, nobody at the address. A start says so and changes nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaServer, startKafka } from '../servers/kafka.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { factsOf, OFTEN, type Product, snapshotsOf, startProduct, until } from './fixture.ts';

const PASSWORD = 'the-right-password';
const WRONG = 'a-wrong-password';
const SUPERUSER = 'of-the-superuser';
/** The broker's only listener for clients asks for a name and a password. */
const SASL = [
  'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'sasl.enabled.mechanisms=PLAIN',
  'sasl.mechanism.inter.broker.protocol=PLAIN',
  `listener.name.plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="${PASSWORD}" user_broker="${PASSWORD}";`,
];

let scratch: string;
let postgresFolder: string;
let kafka: KafkaServer;
let postgres: PostgresServer;
let product: Product;
/** The superuser's connection. */
let database: pg.Client;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-refusal-outside-'));
  postgresFolder = mkdtempSync(join(tmpdir(), 'tidemark-refusal-postgres-'));
  [kafka, postgres, product] = await Promise.all([
    startKafka({ folder: join(scratch, 'kafka'), extra: SASL }),
    startPostgres({ folder: postgresFolder, password: SUPERUSER }),
    startProduct(),
  ]);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
  for (const table of ['totals', 'no_rights', 'no_update', 'revoked', 'dropped', 'changed_password']) {
    await client.query(`CREATE TABLE ${table} (k BIGINT PRIMARY KEY, c BIGINT)`);
    if (table !== 'no_rights') await client.query(`GRANT SELECT, INSERT, DELETE ON ${table} TO reader`);
    if (table !== 'no_rights' && table !== 'no_update') await client.query(`GRANT UPDATE ON ${table} TO reader`);
  }
  database = client;
}, 400_000);

afterAll(async () => {
  await database?.end();
  await Promise.all([product?.close(), kafka?.kill(), postgres?.stop()]);
  for (const folder of [scratch, postgresFolder]) rmSync(folder, { recursive: true, force: true });
});

interface Places {
  readonly brokers?: string;
  readonly topic?: string;
  readonly kafkaPassword?: string;
  readonly url?: string;
  readonly table?: string;
  readonly password?: string;
}

function kafkaSql(places: Places): string {
  return `CREATE TABLE orders (k BIGINT) WITH ('connector' = 'kafka', 'topic' = '${places.topic ?? 'orders'}',
  'properties.bootstrap.servers' = '${places.brokers ?? kafka.brokers}', 'properties.security.protocol' = 'SASL_PLAINTEXT',
  'properties.sasl.mechanism' = 'PLAIN', 'properties.sasl.jaas.config' =
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="${places.kafkaPassword ?? PASSWORD}";',
  'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE totals (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT k, COUNT(*) FROM orders GROUP BY k;`;
}

function postgresSql(places: Places): string {
  return `CREATE TABLE numbers (k BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE totals (k BIGINT, c BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = '${places.url ?? `jdbc:postgresql://127.0.0.1:${postgres.port}/postgres`}', 'table-name' = '${places.table ?? 'totals'}',
  'username' = 'reader', 'password' = '${places.password ?? PASSWORD}');
INSERT INTO totals SELECT MOD(k, 10), COUNT(*) FROM numbers GROUP BY MOD(k, 10);`;
}

async function refusalOf(name: string, sql: string): Promise<string> {
  const { api } = product;
  const job = await api.createJob(name.replaceAll(' ', '-'), sql);
  const before = await factsOf(api, job.id);
  const [answer] = await api.start(job.id);
  expect(answer?.outcome, answer?.message).toBe('refused');
  expect(await factsOf(api, job.id)).toEqual(before);
  expect(before).toMatchObject({ status: 'job_init', desired: 'stopped', runs: [], snapshots: [], ledger: [] });
  const message = answer?.message ?? '';
  for (const secret of [PASSWORD, WRONG, SUPERUSER]) expect(message).not.toContain(secret);
  expect(message).toMatch(/ Nothing was started\.$/);
  // One sentence on what and where, not a stack and not a list of errors.
  expect(message).not.toMatch(/\n|\bat .*:\d+:\d+/);
  return message;
}

describe('Kafka', () => {
  it('a topic that does not exist', async () => {
    expect(await refusalOf('missing topic', kafkaSql({ topic: 'no-such-topic' }))).toMatch(/^Table orders: .*no-such-topic/);
  });
  it('credentials that the broker refuses', async () => {
    expect(await refusalOf('wrong kafka password', kafkaSql({ kafkaPassword: WRONG }))).toMatch(/^Table orders: .*broker/);
  });
  it('nobody at the address', async () => {
    expect(await refusalOf('no broker', kafkaSql({ brokers: '127.0.0.1:1' }))).toMatch(/^Table orders: .*127\.0\.0\.1:1/);
  });
});

describe('PostgreSQL', () => {
  it('a table that does not exist', async () => {
    expect(await refusalOf('missing table', postgresSql({ table: 'no_such_table' }))).toMatch(
      /^Table totals: The database has no table 'no_such_table' that this user can see; create it, or correct 'table-name'\./,
    );
  });
  it('credentials that the server refuses', async () => {
    expect(await refusalOf('wrong password', postgresSql({ password: WRONG }))).toMatch(
      /^Table totals: PostgreSQL 127\.0\.0\.1:\d+ refused the sign-in of user 'reader': wrong 'username' or 'password'\./,
    );
  });
  it('a database that does not exist', async () => {
    const url = `jdbc:postgresql://127.0.0.1:${postgres.port}/nothing`;
    expect(await refusalOf('missing database', postgresSql({ url }))).toMatch(
      /^Table totals: PostgreSQL .* has no database 'nothing'; correct 'url'\./,
    );
  });
  it('nobody at the address', async () => {
    const url = 'jdbc:postgresql://127.0.0.1:1/postgres';
    expect(await refusalOf('no server', postgresSql({ url }))).toMatch(/^Table totals: PostgreSQL 127\.0\.0\.1:1: /);
  });
  it.each([
    ['no_rights', 'SELECT, INSERT, UPDATE'],
    ['no_update', 'UPDATE'],
  ])('a table without the rights: %s', async (table, rights) => {
    expect(await refusalOf(`table ${table}`, postgresSql({ table }))).toMatch(
      new RegExp(
        `^Table totals: User 'reader' has no right to ${rights} on table '${table}'; GRANT ${rights} ON "public"\\."${table}" to that user, or name another one in 'username'\\. Nothing`,
      ),
    );
  });

  it.each([
    [
      'rights that are taken away',
      'revoked',
      'REVOKE ALL ON revoked FROM reader',
      /^Table 'revoked' did not take \d+ rows?: permission denied for table revoked\. Grant the user this right, or name another user in 'username'\. It would fail again/,
    ],
    [
      'a table that is dropped',
      'dropped',
      'DROP TABLE dropped',
      /^Table 'dropped' did not take \d+ rows?: relation "public\.dropped" does not exist\. Create the table, or correct 'table-name'\. It would fail again/,
    ],
    [
      'a password that is changed',
      'changed_password',
      `ALTER ROLE reader PASSWORD '${WRONG}'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`,
      /PostgreSQL 127\.0\.0\.1:\d+ refused the sign-in of user 'reader': wrong 'username' or 'password'\. It would fail again/,
    ],
  ])('while a job runs: %s', async (name, table, act, message) => {
    const { api } = product;
    const job = await api.createJob(name.replaceAll(' ', '-'), postgresSql({ table }), OFTEN);
    expect((await api.start(job.id))[0]).toMatchObject({ outcome: 'accepted' });
    await api.waitFor(job.id, ['job_running']);
    await until(
      'a snapshot',
      () => snapshotsOf(api, job.id),
      (all) => all.length > 0,
    );
    await database.query(act);
    try {
      const failed = await api.waitFor(job.id, ['job_running_exception']);
      expect(failed.statusMessage).toMatch(message);
      expect(failed.statusMessage).toMatch(/at once, so it is not restarted\. Its snapshots are kept\.$/);
      expect(await factsOf(api, job.id)).toMatchObject({ desired: 'stopped', runs: [1] });
      expect((await snapshotsOf(api, job.id)).length).toBeGreaterThan(0);
    } finally {
      await database.query(`ALTER ROLE reader PASSWORD '${PASSWORD}'`);
    }
  });

  it('and with everything right it starts', async () => {
    const { api } = product;
    const job = await api.createJob('all-right', postgresSql({}));
    expect((await api.start(job.id))[0]).toMatchObject({ outcome: 'accepted' });
    await api.waitFor(job.id, ['job_running']);
    await api.stop(job.id, 'without');
    await api.waitFor(job.id, ['job_cancel_success']);
  });
});
