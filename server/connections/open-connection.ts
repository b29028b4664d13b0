/** Opens what a connection names, for the test and for looking into it: a Kafka cluster, a PostgreSQL session, an object store. Everything dials by the policy. */
import type { ConnectionConfig } from '../contract/connections.ts';
import type { Dialer } from '../effects/dialer.ts';
import { openSession, type Session } from '../engine/connectors/jdbc/connection.ts';
import { parseJdbcUrl } from '../engine/connectors/jdbc/url.ts';
import { BrokerConnection, type ConnectionSettings } from '../engine/connectors/kafka/broker-connection.ts';
import { KafkaCluster } from '../engine/connectors/kafka/cluster.ts';
import type { Secret } from '../secrets/secret.ts';
import type { ObjectStore } from '../storage/contract.ts';
import { createStore } from '../storage/create-store.ts';
import { runningFacts } from './read-connections.ts';

export type KafkaConfig = Extract<ConnectionConfig, { kind: 'kafka' }>;
export type PostgresqlConfig = Extract<ConnectionConfig, { kind: 'postgresql' }>;
export type StoreConfig = Extract<ConnectionConfig, { kind: 'object-store' }>;

export const TIMEOUT_MS = 10_000;
const MEGABYTE = 1024 * 1024;

export function brokersOf(config: KafkaConfig): { readonly host: string; readonly port: number }[] {
  return config.bootstrapServers.split(',').map((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
  });
}

function settingsOf(config: KafkaConfig, secret: Secret | null): ConnectionSettings {
  const { securityProtocol, saslMechanism, username, caCertificates } = config;
  return {
    clientId: 'tidemark-test',
    tls: securityProtocol.endsWith('SSL') ? { minVersion: 'TLSv1.2', ...(caCertificates === '' ? {} : { ca: caCertificates }) } : null,
    sasl: securityProtocol.startsWith('SASL') ? { mechanism: saslMechanism, username, password: secret?.reveal() ?? '' } : null,
    connectTimeoutMs: TIMEOUT_MS,
    requestTimeoutMs: TIMEOUT_MS,
  };
}

export function kafkaOf(config: KafkaConfig, secret: Secret | null, dialer: Dialer): KafkaCluster {
  return new KafkaCluster(
    {
      ...settingsOf(config, secret),
      bootstrap: brokersOf(config),
      apiTimeoutMs: TIMEOUT_MS,
      retryBackoffMs: 100,
      fetch: { minBytes: 1, maxBytes: MEGABYTE, partitionBytes: MEGABYTE, isCommittedOnly: true },
    },
    dialer,
  );
}

/** Newest version of the Fetch api (key 1) by the first release of Apache Kafka that speaks it. */
const FETCH_KEY = 1;
const RELEASES = [
  [18, '4.1'],
  [17, '3.9'],
  [16, '3.7'],
  [15, '3.5'],
  [13, '3.1'],
  [12, '2.7'],
  [11, '2.3'],
] as const;

/** The oldest release that speaks what the broker speaks; a broker does not tell its version. */
export async function kafkaRelease(config: KafkaConfig, secret: Secret | null, dialer: Dialer): Promise<string | null> {
  const [broker] = brokersOf(config);
  if (!broker) return null;
  const connection = await BrokerConnection.open(dialer, broker.host, broker.port, settingsOf(config, secret));
  try {
    return RELEASES.find(([version]) => connection.speaks(FETCH_KEY, version))?.[1] ?? null;
  } finally {
    connection.close();
  }
}

export async function sessionOf(config: PostgresqlConfig, secret: Secret | null, dialer: Dialer): Promise<Session> {
  const { options } = runningFacts(config, secret);
  const url = parseJdbcUrl(options.url ?? '');
  if ('problem' in url) throw new Error(url.problem);
  const settings = { pageRows: 1, flushRows: 1, flushIntervalMs: 0, maxRetries: 0, partitions: null, tableName: '' };
  return openSession(
    { url, username: config.username, password: options.password ?? '', connectTimeoutMs: TIMEOUT_MS, ...settings },
    dialer,
  );
}

export function storeOf(config: StoreConfig, secret: Secret | null, dialer: Dialer): ObjectStore {
  const { store } = runningFacts(config, secret);
  if (!store) throw new Error('a connection to an object store has no store');
  return createStore(store, dialer);
}
