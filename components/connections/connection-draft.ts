/** A connection while it is written. Every kind keeps its fields when another one is chosen. */
import type { Connection, ConnectionConfig, ConnectionKind } from '../../server/contract/connections.ts';

type ConfigOf<K extends ConnectionKind> = Extract<ConnectionConfig, { kind: K }>;
export type Configs = { readonly [K in ConnectionKind]: ConfigOf<K> };

export interface ConnectionDraft {
  readonly name: string;
  readonly description: string;
  readonly kind: ConnectionKind;
  readonly configs: Configs;
  /** Empty = what is stored stays. */
  readonly secret: string;
}

const NEW: Configs = {
  kafka: {
    kind: 'kafka',
    bootstrapServers: '',
    securityProtocol: 'PLAINTEXT',
    saslMechanism: 'SCRAM-SHA-512',
    username: '',
    caCertificates: '',
  },
  postgresql: { kind: 'postgresql', host: '', port: 5432, database: '', username: '', tls: 'verify' },
  'object-store': { kind: 'object-store', endpoint: null, region: 'us-east-1', bucket: '', accessKey: '', forcePathStyle: false },
  flink: {
    kind: 'flink',
    jobManagerUrl: '',
    gatewayUrl: null,
    authentication: 'none',
    username: '',
    headers: {},
    caCertificates: '',
  },
};

export const KINDS = Object.keys(NEW) as readonly ConnectionKind[];

export function draftOf(connection: Connection | null): ConnectionDraft {
  const kind = connection?.config.kind ?? 'kafka';
  return {
    name: connection?.name ?? '',
    description: connection?.description ?? '',
    kind,
    configs: connection ? { ...NEW, [kind]: connection.config } : NEW,
    secret: '',
  };
}

export const configOf = (draft: ConnectionDraft): ConnectionConfig => draft.configs[draft.kind];

/** Whether all that must be there is there, so that it can be tested. */
export function isWhole(config: ConnectionConfig): boolean {
  switch (config.kind) {
    case 'kafka':
      return config.bootstrapServers !== '';
    case 'postgresql':
      return config.host !== '' && config.database !== '' && config.username !== '' && config.port > 0;
    case 'object-store':
      return config.bucket.length >= 3 && config.accessKey !== '';
    case 'flink':
      return config.jobManagerUrl !== '';
  }
}
