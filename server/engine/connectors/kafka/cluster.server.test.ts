/** A broker of its own that is killed, asks for a sign-in, or speaks TLS: what a source and a sink make of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaServer, startKafka } from '../../../../e2e/servers/kafka.ts';
import { freePort } from '../../../../e2e/servers/process.ts';
import { createDialer } from '../../../effects/real-dialer.ts';
import { INSERT } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import type { SinkWriter } from '../contract.ts';
import { kafkaConnector } from './connector.ts';
import { contextOf, ID_NAME, ids, newTopic, openSource, readAll, rows, send, tableOf } from './kafka-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-cluster-'));
const passwords = { plain: 'p"l,a=in', 'scram-256': 'sc ram', 'scram-512': 'x' };
let broker: KafkaServer;
let saslBrokers = '';
let tlsBrokers = '';
let certificate = '';
let options: {
  readonly folder: string;
  readonly port: number;
  readonly extra: readonly string[];
  readonly formatArguments: readonly string[];
};

beforeAll(async () => {
  const [port, saslPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
  saslBrokers = `127.0.0.1:${saslPort}`;
  tlsBrokers = `127.0.0.1:${tlsPort}`;
  const key = makeCertificate();
  const inOneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');
  const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="${passwords.plain.replaceAll('"', '\\"')}";`;
  options = {
    folder: join(folder, 'kafka'),
    port,
    extra: [
      `listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},SSL://127.0.0.1:${tlsPort},CONTROLLER://127.0.0.1:${await freePort()}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},SSL://127.0.0.1:${tlsPort}`,
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL',
      'ssl.keystore.type=PEM',
      `ssl.keystore.certificate.chain=${inOneLine(certificate)}`,
      `ssl.keystore.key=${inOneLine(key)}`,
      'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      `listener.name.sasl_plaintext.plain.sasl.jaas.config=${jaas.replaceAll('\\', '\\\\')}`,
      'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
      'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
    ],
    formatArguments: [
      '--add-scram',
      `SCRAM-SHA-256=[name=bob,password=${passwords['scram-256']}]`,
      '--add-scram',
      `SCRAM-SHA-512=[name=carol,password=${passwords['scram-512']}]`,
    ],
  };
  const controller = /CONTROLLER:\/\/([^,]+)$/.exec(options.extra[0] as string)?.[1];
  options = { ...options, extra: [...options.extra, `controller.quorum.voters=1@${controller}`] };
  broker = await startKafka(options);
});
afterAll(async () => {
  await broker.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Self-signed, for 127.0.0.1; answers its key. */
function makeCertificate(): string {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=tidemark-test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', keyFile, '-out', certificateFile],
    { stdio: 'pipe' },
  );
  certificate = readFileSync(certificateFile, 'utf8');
  return readFileSync(keyFile, 'utf8');
}

function signIn(mechanism: string, user: string, password: string): Record<string, string> {
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
  return {
    'properties.security.protocol': 'SASL_PLAINTEXT',
    'properties.sasl.mechanism': mechanism,
    'properties.sasl.jaas.config': `org.apache.kafka.common.security.${module} required username="${user}" password="${password.replaceAll('"', '\\"')}";`,
  };
}

const probe = async (brokers: string, topic: string, own: Record<string, string>, context = contextOf()): Promise<string | null> =>
  (await kafkaConnector.probe?.(tableOf(brokers, topic, { 'scan.startup.mode': 'earliest-offset', ...own }), 'source', context, 4000))
    ?.message ?? null;

describe('signing in', () => {
  it.each([
    ['PLAIN', 'alice', passwords.plain],
    ['SCRAM-SHA-256', 'bob', passwords['scram-256']],
    ['SCRAM-SHA-512', 'carol', passwords['scram-512']],
  ])('%s: the right password reads, a wrong one is told in one sentence without it', async (mechanism, user, password) => {
    const topic = await newTopic(broker.brokers);
    await send(broker.brokers, topic, 0, rows(0, 3));
    expect(ids(await readAll(tableOf(saslBrokers, topic, signIn(mechanism, user, password))))).toEqual([0, 1, 2]);
    const refused = await probe(saslBrokers, topic, signIn(mechanism, user, 'wrong-secret'));
    expect(refused).toBe(
      `Kafka broker ${saslBrokers} refused the sign-in of user '${user}' by ${mechanism}: wrong user name or password in 'properties.sasl.jaas.config'.`,
    );
    const wrong = openSource(
      tableOf(saslBrokers, topic, { ...signIn(mechanism, user, 'wrong-secret'), 'scan.startup.mode': 'earliest-offset' }),
    );
    await expect(wrong).rejects.toMatchObject({ isRetryable: false });
  });
});

describe('TLS', () => {
  it('reads over TLS with the certificate given as PEM text, and refuses one that nobody vouches for', async () => {
    const topic = await newTopic(broker.brokers);
    await send(broker.brokers, topic, 0, rows(0, 3));
    const tls = { 'properties.security.protocol': 'SSL' };
    const trusting = { ...tls, 'properties.ssl.truststore.type': 'PEM', 'properties.ssl.truststore.certificates': certificate };
    expect(ids(await readAll(tableOf(tlsBrokers, topic, trusting)))).toEqual([0, 1, 2]);
    expect(await probe(tlsBrokers, topic, tls)).toMatch(/TLS with .* failed: self-signed certificate/);
    expect(await probe(tlsBrokers, topic, {})).toMatch(/security\.protocol/);
  });
});

describe('what a start would run into', () => {
  it('missing topic, nobody there, policy, no committed offset; and what the topic holds', async () => {
    const topic = await newTopic(broker.brokers, 2, { 'retention.ms': '3600000' });
    await send(broker.brokers, topic, 1, rows(0, 5));
    expect(await probe(broker.brokers, topic, {})).toBeNull();
    expect(await probe(broker.brokers, 'nope', {})).toBe(
      `Topic 'nope' does not exist on ${broker.brokers}; create it, or correct 'topic'.`,
    );
    expect(await probe('127.0.0.1:1', topic, {})).toMatch(/127\.0\.0\.1:1.*cannot be reached/);
    expect(await probe(saslBrokers, topic, {})).toMatch(/security\.protocol/);
    const strict = { ...contextOf(), dialer: createDialer({ allowPrivateAddresses: false }) };
    expect(await probe(broker.brokers, topic, {}, strict)).toMatch(/is private or local/);
    expect(await probe(broker.brokers, topic, { 'scan.startup.mode': 'group-offsets' })).toMatch(/has no committed offset/);
    const held = await kafkaConnector.availability?.(tableOf(broker.brokers, topic, {}), contextOf(), 4000);
    expect(held).toEqual([
      { split: `${topic}-0`, earliest: '0', latest: '0', retentionMs: 3_600_000 },
      { split: `${topic}-1`, earliest: '0', latest: '5', retentionMs: 3_600_000 },
    ]);
  });
});

describe('a broker killed in the middle', () => {
  it('nothing is lost, doubled or out of order, neither read nor written', async () => {
    const topic = await newTopic(broker.brokers);
    const table = tableOf(broker.brokers, topic, { 'scan.startup.mode': 'earliest-offset', 'properties.retry.backoff.ms': '50' });
    const writer = kafkaConnector.createWriter?.(table, ID_NAME, contextOf()) as SinkWriter;
    await writer.open();
    const source = await openSource(table);
    const total = 40_000;
    const reading = source.take(total);
    for (let at = 0; at < total; at += 500) {
      if (at === 20_000) {
        await broker.kill();
        setTimeout(() => {
          startKafka(options).then((started) => {
            broker = started;
          });
        }, 300);
      }
      const builder = new BatchBuilder(ID_NAME, 500);
      for (let id = at; id < at + 500; id++) {
        builder.setNumber(0, id);
        builder.setText(1, `n${id}`);
        builder.endRow(INSERT);
      }
      writer.write(builder.finish());
      await writer.ready();
      if (at % 5000 === 0) await writer.prepare(at);
    }
    await writer.prepare(1);
    await writer.close();
    expect(ids(await reading)).toEqual(Array.from({ length: total }, (_, id) => id));
    expect(source.reader.lag?.()).toEqual({ records: 0, bySplit: [{ split: `${topic}-0`, lag: 0 }] });
    expect(source.context.logged.some((line) => line.startsWith('warn:'))).toBe(true);
    await source.reader.close();
  });
});
