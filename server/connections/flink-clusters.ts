/**
 * Flink clusters as queues: each connection of the kind `flink` is a queue of its name, and a queue may name its addresses itself. `default` and other
 * queues are the embedded engine.
 */
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import type { FlinkClusterAddress } from '../engines/flink/cluster.ts';
import { type MasterKey, unseal } from '../secrets/seal.ts';
import type { Secret } from '../secrets/secret.ts';
import { connectionSecretContext, type FlinkConnectionConfig, readConfig } from './read-connections.ts';

export type QueueEngine = 'embedded' | 'flink';

/** Null: there is no such queue. */
export async function engineOfQueue(database: DatabaseOrTransaction, projectId: string, queue: string): Promise<QueueEngine | null> {
  const row = await database.queue.findUnique({ where: { projectId_name: { projectId, name: queue } } });
  if (row) return row.engine === 'flink' ? 'flink' : 'embedded';
  const connection = await database.connection.findUnique({ where: { projectId_name: { projectId, name: queue } } });
  return connection?.kind === 'flink' ? 'flink' : null;
}

/** Null: the queue is none, or no Flink cluster. Throws SealError. */
export async function findFlinkCluster(
  database: DatabaseOrTransaction,
  masterKey: MasterKey,
  projectId: string,
  queue: string,
): Promise<FlinkClusterAddress | null> {
  const row = await database.queue.findUnique({ where: { projectId_name: { projectId, name: queue } } });
  if (row) {
    if (row.engine !== 'flink' || row.jobManagerUrl === null) return null;
    const { jobManagerUrl, gatewayUrl } = row;
    const open = { authentication: 'none', username: '', secret: null, headers: {}, caCertificates: '' } as const;
    return { name: queue, jobManagerUrl, gatewayUrl, ...open };
  }
  const connection = await database.connection.findUnique({ where: { projectId_name: { projectId, name: queue } } });
  if (connection?.kind !== 'flink') return null;
  const config = readConfig(connection.configJson);
  if (config.kind !== 'flink') throw new Error(`the connection ${connection.id} is of kind flink and its settings are of ${config.kind}`);
  const { secretSealed } = connection;
  const secret = secretSealed === null ? null : unseal(masterKey, connectionSecretContext(connection.id), secretSealed);
  return clusterAddress(queue, config, secret);
}

export function clusterAddress(name: string, config: FlinkConnectionConfig, secret: Secret | null): FlinkClusterAddress {
  const { jobManagerUrl, gatewayUrl, authentication, username, headers, caCertificates } = config;
  return { name, jobManagerUrl, gatewayUrl, authentication, username, secret, headers, caCertificates };
}
