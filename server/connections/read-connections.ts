/**
 * Stored connections as jobs and the planner get them. A connection becomes the options that a table would write itself; the secret is among them only
 * where something runs. Only connections that a script names are opened: a secret that cannot be read stops the jobs that need it, no others.
 */
import { type ConnectionConfig, connectionConfigSchema } from '../contract/connections.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import type { ConnectionFacts, ConnectionSet } from '../engine/runtime/wire.ts';
import { type MasterKey, unseal } from '../secrets/seal.ts';
import type { Secret } from '../secrets/secret.ts';

const NAMED = /'connection'\s*=\s*'((?:[^']|'')+)'/g;

/** What a sealed secret is bound to. */
export const connectionSecretContext = (id: string): string => `connection:${id}`;

/** Names of connections in a script: every place where one could be named, comments too. */
export function namedIn(sql: string): ReadonlySet<string> {
  return new Set([...sql.matchAll(NAMED)].map((match) => (match[1] ?? '').replaceAll("''", "'")));
}

/** With secrets. Throws SealError. */
export async function readConnections(
  database: DatabaseOrTransaction,
  masterKey: MasterKey,
  projectId: string,
  names: ReadonlySet<string>,
): Promise<ConnectionSet> {
  if (names.size === 0) return {};
  const rows = await database.connection.findMany({ where: { projectId, name: { in: [...names] } } });
  return Object.fromEntries(
    rows.map((row) => {
      const secret = row.secretSealed === null ? null : unseal(masterKey, connectionSecretContext(row.id), row.secretSealed);
      return [row.name, runningFacts(readConfig(row.configJson), secret)];
    }),
  );
}

/** For planning: what can be shown, and a word in the place of each secret. */
export async function planningConnections(database: DatabaseOrTransaction, names: ReadonlySet<string>): Promise<ConnectionSet> {
  if (names.size === 0) return {};
  const rows = await database.connection.findMany({ where: { name: { in: [...names] } } });
  return Object.fromEntries(rows.map((row) => [row.name, { ...optionsOf(readConfig(row.configJson), '***'), store: null }]));
}

export type FlinkConnectionConfig = Extract<ConnectionConfig, { kind: 'flink' }>;

export function readConfig(configJson: string): ConnectionConfig {
  return connectionConfigSchema.parse(JSON.parse(configJson));
}

export function runningFacts(config: ConnectionConfig, secret: Secret | null): ConnectionFacts {
  const password = secret?.reveal() ?? '';
  const facts = optionsOf(config, password);
  if (config.kind !== 'object-store') return { ...facts, store: null };
  const { endpoint, region, accessKey, forcePathStyle } = config;
  return { ...facts, store: { kind: 's3', endpoint, region, accessKey, secretKey: password, forcePathStyle } };
}

function optionsOf(config: ConnectionConfig, password: string): Pick<ConnectionFacts, 'kind' | 'options'> {
  switch (config.kind) {
    case 'kafka':
      return { kind: 'kafka', options: kafkaOptions(config, password) };
    case 'postgresql': {
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      const mode = { off: 'disable', require: 'require', verify: 'verify-full' }[config.tls];
      const url = `jdbc:postgresql://${host}:${config.port}/${encodeURIComponent(config.database)}?sslmode=${mode}`;
      return { kind: 'postgresql', options: { url, username: config.username, password } };
    }
    case 'object-store':
      return { kind: 'object-store', options: {} };
    // No table may name it; the planner says so.
    case 'flink':
      return { kind: 'flink', options: {} };
  }
}

function kafkaOptions(config: Extract<ConnectionConfig, { kind: 'kafka' }>, password: string): Record<string, string> {
  const options: Record<string, string> = {
    'properties.bootstrap.servers': config.bootstrapServers,
    'properties.security.protocol': config.securityProtocol,
  };
  if (config.securityProtocol.endsWith('SSL') && config.caCertificates !== '') {
    options['properties.ssl.truststore.type'] = 'PEM';
    options['properties.ssl.truststore.certificates'] = config.caCertificates;
  }
  if (config.securityProtocol.startsWith('SASL')) {
    const kind = config.saslMechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    const quoted = (text: string): string => text.replace(/[\\"]/g, '\\$&');
    options['properties.sasl.mechanism'] = config.saslMechanism;
    options['properties.sasl.jaas.config'] =
      `org.apache.kafka.common.security.${kind} required username="${quoted(config.username)}" password="${quoted(password)}";`;
  }
  return options;
}

/** Shown in lists. */
export function addressOf(config: ConnectionConfig): string {
  if (config.kind === 'kafka') return config.bootstrapServers;
  if (config.kind === 'flink') return config.jobManagerUrl;
  if (config.kind === 'postgresql') return `${config.host}:${config.port}/${config.database}`;
  return `${config.endpoint ?? `s3.${config.region}.amazonaws.com`}/${config.bucket}`;
}
