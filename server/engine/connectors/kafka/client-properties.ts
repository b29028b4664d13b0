/**
 * The `properties.*` options: Kafka's own client settings. The list is closed: what works is here, what Kafka knows but changes nothing
 * here warns with the reason, anything else is refused with the nearest name. Values of secrets never stand in a message.
 */
import type { ConnectionOptions } from 'node:tls';
import type { OptionRule, OptionValues } from '../../formats/option-rules.ts';
import type { OptionProblem } from '../contract.ts';
import type { SaslCredentials } from './broker-connection.ts';
import type { ClusterSettings } from './cluster.ts';

const OWN_BATCHING = 'records wait only while an earlier request is under way.';
const OWN_SAFETY = 'records are always written idempotently, in order and with acks=all.';
const NO_GROUP_MEMBER = 'partitions are assigned by the job, not by a consumer group.';
const OWN_SERIALIZATION = 'keys and values are read and written by the formats of the table.';
const COMMITS_WITH_CHECKPOINT = 'offsets are committed with each complete checkpoint.';
const OWN_SOCKETS = 'connections are kept by the connector.';

const WITHOUT_EFFECT: Readonly<Record<string, readonly string[]>> = {
  [OWN_BATCHING]: ['linger.ms', 'buffer.memory', 'max.block.ms', 'max.poll.records', 'max.poll.interval.ms'],
  [OWN_SAFETY]: [
    'acks',
    'enable.idempotence',
    'retries',
    'max.in.flight.requests.per.connection',
    'transaction.timeout.ms',
    'partitioner.class',
  ],
  [NO_GROUP_MEMBER]: [
    'session.timeout.ms',
    'heartbeat.interval.ms',
    'partition.assignment.strategy',
    'group.instance.id',
    'group.protocol',
    'client.rack',
  ],
  [OWN_SERIALIZATION]: ['key.deserializer', 'value.deserializer', 'key.serializer', 'value.serializer'],
  [COMMITS_WITH_CHECKPOINT]: ['enable.auto.commit', 'auto.commit.interval.ms'],
  [OWN_SOCKETS]: [
    'connections.max.idle.ms',
    'send.buffer.bytes',
    'receive.buffer.bytes',
    'reconnect.backoff.ms',
    'reconnect.backoff.max.ms',
    'retry.backoff.max.ms',
    'metadata.max.age.ms',
    'client.dns.lookup',
    'allow.auto.create.topics',
    'ssl.protocol',
    'ssl.enabled.protocols',
    'socket.connection.setup.timeout.max.ms',
  ],
};

export const CLIENT_RULES: readonly OptionRule[] = [
  { key: 'properties.bootstrap.servers', kind: 'text', isRequired: true },
  { key: 'properties.group.id', kind: 'text' },
  { key: 'properties.client.id', kind: 'text' },
  { key: 'properties.auto.offset.reset', kind: 'enum', values: ['earliest', 'latest', 'none'] },
  { key: 'properties.isolation.level', kind: 'enum', values: ['read_uncommitted', 'read_committed'] },
  { key: 'properties.commit.offsets.on.checkpoint', kind: 'boolean' },
  { key: 'properties.check.crcs', kind: 'boolean' },
  { key: 'properties.fetch.min.bytes', kind: 'integer', min: 1 },
  { key: 'properties.fetch.max.bytes', kind: 'integer', min: 1024, max: 512 * 1024 * 1024 },
  { key: 'properties.fetch.max.wait.ms', kind: 'integer', min: 1, max: 60_000 },
  { key: 'properties.max.partition.fetch.bytes', kind: 'integer', min: 1024, max: 512 * 1024 * 1024 },
  { key: 'properties.compression.type', kind: 'enum', values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] },
  { key: 'properties.batch.size', kind: 'integer', min: 1, max: 64 * 1024 * 1024 },
  { key: 'properties.max.request.size', kind: 'integer', min: 1024, max: 64 * 1024 * 1024 },
  { key: 'properties.delivery.timeout.ms', kind: 'integer', min: 1 },
  { key: 'properties.request.timeout.ms', kind: 'integer', min: 1 },
  { key: 'properties.default.api.timeout.ms', kind: 'integer', min: 1 },
  { key: 'properties.retry.backoff.ms', kind: 'integer', min: 1 },
  { key: 'properties.socket.connection.setup.timeout.ms', kind: 'integer', min: 1 },
  {
    key: 'properties.security.protocol',
    kind: 'enum',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
  },
  { key: 'properties.sasl.mechanism', kind: 'enum', values: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
  { key: 'properties.sasl.jaas.config', kind: 'text' },
  { key: 'properties.ssl.truststore.type', kind: 'enum', values: ['PEM'] },
  { key: 'properties.ssl.truststore.certificates', kind: 'text' },
  { key: 'properties.ssl.keystore.type', kind: 'enum', values: ['PEM'] },
  { key: 'properties.ssl.keystore.certificate.chain', kind: 'text' },
  { key: 'properties.ssl.keystore.key', kind: 'text' },
  { key: 'properties.ssl.key.password', kind: 'text' },
  { key: 'properties.ssl.endpoint.identification.algorithm', kind: 'text' },
  // Known only to be refused with a better word; see storeProblems.
  { key: 'properties.ssl.truststore.location', kind: 'text' },
  { key: 'properties.ssl.truststore.password', kind: 'text' },
  { key: 'properties.ssl.keystore.location', kind: 'text' },
  { key: 'properties.ssl.keystore.password', kind: 'text' },
  ...Object.entries(WITHOUT_EFFECT).flatMap(([why, keys]) =>
    keys.map((key): OptionRule => ({ key: `properties.${key}`, kind: 'text', withoutEffect: why })),
  ),
];

/** What rules alone cannot tell. */
export function checkClientProperties(values: OptionValues): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const servers = values.text('properties.bootstrap.servers');
  if (servers !== null && parseBootstrap(servers) === null) {
    problems.push({
      option: 'properties.bootstrap.servers',
      message: `Option 'properties.bootstrap.servers' must be a list such as 'broker1:9092,broker2:9092', not '${servers}'.`,
    });
  }
  problems.push(...storeProblems(values), ...signInProblems(values));
  const algorithm = values.text('properties.ssl.endpoint.identification.algorithm', 'https').toLowerCase();
  if (algorithm !== 'https' && algorithm !== '') {
    problems.push({
      option: 'properties.ssl.endpoint.identification.algorithm',
      message: "Option 'properties.ssl.endpoint.identification.algorithm' must be 'https', or '' to accept a certificate of another host.",
    });
  }
  return problems;
}

function storeProblems(values: OptionValues): OptionProblem[] {
  return (['truststore', 'keystore'] as const).flatMap((store) => {
    const instead =
      store === 'truststore'
        ? "'properties.ssl.truststore.certificates'"
        : "'properties.ssl.keystore.certificate.chain' and 'properties.ssl.keystore.key'";
    return [`properties.ssl.${store}.location`, `properties.ssl.${store}.password`]
      .filter((key) => values.has(key))
      .map((key) => ({
        option: key,
        message: `Option '${key}' names a Java key store, which is not read; give the PEM text in ${instead}.`,
      }));
  });
}

function signInProblems(values: OptionValues): OptionProblem[] {
  const protocol = values.text('properties.security.protocol', 'PLAINTEXT');
  const usesSasl = protocol.startsWith('SASL');
  const jaas = values.text('properties.sasl.jaas.config');
  const problems: OptionProblem[] = [];
  const tell = (option: string | null, message: string): void => void problems.push({ option, message });
  if (usesSasl && jaas === null) {
    tell(null, `'properties.security.protocol' = '${protocol}' needs 'properties.sasl.jaas.config' with user name and password.`);
  }
  if (usesSasl && !values.has('properties.sasl.mechanism')) {
    tell(null, `'properties.security.protocol' = '${protocol}' needs 'properties.sasl.mechanism': PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.`);
  }
  if (!usesSasl && (jaas !== null || values.has('properties.sasl.mechanism'))) {
    tell('properties.security.protocol', `Signing in needs 'properties.security.protocol' = 'SASL_SSL' or 'SASL_PLAINTEXT'.`);
  }
  if (jaas !== null) {
    const credentials = parseJaas(jaas);
    const key = 'properties.sasl.jaas.config';
    if (credentials === null) {
      tell(key, `Option '${key}' must read: …PlainLoginModule (or …ScramLoginModule) required username="…" password="…";`);
    } else {
      const needed = values.text('properties.sasl.mechanism', '').startsWith('SCRAM') ? 'ScramLoginModule' : 'PlainLoginModule';
      if (values.has('properties.sasl.mechanism') && credentials.module !== needed) {
        tell(key, `Option '${key}' names ${credentials.module}, but this 'properties.sasl.mechanism' needs ${needed}.`);
      }
    }
  }
  const isTls = protocol === 'SSL' || protocol === 'SASL_SSL';
  const tlsOption = ['truststore.certificates', 'keystore.certificate.chain', 'keystore.key'].find((key) =>
    values.has(`properties.ssl.${key}`),
  );
  if (!isTls && tlsOption !== undefined) {
    tell(`properties.ssl.${tlsOption}`, `TLS needs 'properties.security.protocol' = 'SSL' or 'SASL_SSL'.`);
  }
  return problems;
}

export function parseBootstrap(text: string): { readonly host: string; readonly port: number }[] | null {
  const brokers: { host: string; port: number }[] = [];
  for (const entry of text.split(',')) {
    const match = /^(?:[A-Za-z_]+:\/\/)?(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(entry.trim());
    if (match === null || Number(match[2]) > 65_535 || Number(match[2]) === 0) return null;
    brokers.push({ host: match[1], port: Number(match[2]) });
  }
  return brokers;
}

/** null when it is no such text; the class is given by its last name. */
export function parseJaas(text: string): { readonly module: string; readonly username: string; readonly password: string } | null {
  const head = /^\s*([\w.]+)\s+required\b/.exec(text);
  if (head === null) return null;
  const options = new Map<string, string>();
  for (const match of text.matchAll(/\b(username|password)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g)) {
    options.set(match[1], (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  const username = options.get('username');
  const password = options.get('password');
  const module = head[1].slice(head[1].lastIndexOf('.') + 1);
  if (username === undefined || password === undefined) return null;
  return module === 'PlainLoginModule' || module === 'ScramLoginModule' ? { module, username, password } : null;
}

const MIB = 1024 * 1024;

/** Of a table that was checked before. */
export function clusterSettings(values: OptionValues, clientId: string): ClusterSettings {
  const protocol = values.text('properties.security.protocol', 'PLAINTEXT');
  const credentials = parseJaas(values.text('properties.sasl.jaas.config', ''));
  const sasl: SaslCredentials | null =
    protocol.startsWith('SASL') && credentials !== null
      ? {
          mechanism: values.text('properties.sasl.mechanism', 'PLAIN') as SaslCredentials['mechanism'],
          username: credentials.username,
          password: credentials.password,
        }
      : null;
  return {
    clientId: values.text('properties.client.id', clientId),
    bootstrap: parseBootstrap(values.text('properties.bootstrap.servers', '')) ?? [],
    tls: protocol === 'SSL' || protocol === 'SASL_SSL' ? tlsOptions(values) : null,
    sasl,
    connectTimeoutMs: values.number('properties.socket.connection.setup.timeout.ms', 10_000),
    requestTimeoutMs: values.number('properties.request.timeout.ms', 30_000),
    apiTimeoutMs: values.number('properties.default.api.timeout.ms', 60_000),
    retryBackoffMs: values.number('properties.retry.backoff.ms', 100),
    fetch: {
      minBytes: values.number('properties.fetch.min.bytes', 1),
      maxBytes: values.number('properties.fetch.max.bytes', 32 * MIB),
      partitionBytes: values.number('properties.max.partition.fetch.bytes', 2 * MIB),
      isCommittedOnly: values.text('properties.isolation.level') === 'read_committed',
    },
  };
}

function tlsOptions(values: OptionValues): ConnectionOptions {
  const options: ConnectionOptions = { minVersion: 'TLSv1.2' };
  const ca = values.text('properties.ssl.truststore.certificates');
  const cert = values.text('properties.ssl.keystore.certificate.chain');
  const key = values.text('properties.ssl.keystore.key');
  const passphrase = values.text('properties.ssl.key.password');
  if (ca !== null) options.ca = pemText(ca);
  if (cert !== null) options.cert = pemText(cert);
  if (key !== null) options.key = pemText(key);
  if (passphrase !== null) options.passphrase = passphrase;
  if (values.text('properties.ssl.endpoint.identification.algorithm', 'https') === '') options.checkServerIdentity = () => undefined;
  return options;
}

/** Certificates are often pasted with their line ends written as `\n`. */
function pemText(text: string): string {
  return text.replaceAll('\\n', '\n');
}
