/** The previews of the console's services (PreviewPort in server/services/ports.ts), over one database and object store. They change nothing. */
import type { Environment } from '../config/environment.ts';
import { findFlinkCluster } from '../connections/flink-clusters.ts';
import { namedIn, readConnections } from '../connections/read-connections.ts';
import { settingsSchema } from '../contract/administration.ts';
import type { RestoreChoice } from '../contract/start.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { Dialer } from '../effects/dialer.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { connectorOf } from '../engine/connectors/registry.ts';
import { openConnectionStores, withConnections } from '../engine/runtime/with-connections.ts';
import type { MasterKey } from '../secrets/seal.ts';
import { createStore } from '../storage/create-store.ts';
import { fillInText } from '../variables/fill-in.ts';
import { readVariables } from '../variables/read-variables.ts';
import { browse } from './browse.ts';
import { previewImport } from './check-import.ts';
import type { PlannedScript, SnapshotContext } from './context.ts';
import { describeOperators } from './describe-operators.ts';
import type { LiveCounts } from './live-counts.ts';
import { previewStart } from './preview-start.ts';
import { exposureNow, previewStop } from './preview-stop.ts';

export interface PreviewOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly environment: Environment;
  /** Opens the secrets of connections. */
  readonly masterKey: MasterKey;
  /** Live counts of running jobs. */
  readonly counts: LiveCounts;
  readonly planner: { plan(sql: string, settings: Readonly<Record<string, string>>): Promise<PlannedScript> };
}

export function createPreviews(options: PreviewOptions) {
  const { database, clock, environment, masterKey, planner, counts } = options;
  const counted: SnapshotContext['counted'] = (jobId) => counts.of(jobId, clock.nowMs());
  // The store is the operator's own choice, not a user's: no address policy.
  const store = createStore(environment.objectStore.spec);
  const plan: SnapshotContext['plan'] = (sql, settings) => planner.plan(sql, settings);
  const clusterOf: SnapshotContext['clusterOf'] = (projectId, queue) => findFlinkCluster(database, masterKey, projectId, queue);
  const connectionsOf: SnapshotContext['connectionsOf'] = (projectId, sql) => readConnections(database, masterKey, projectId, namedIn(sql));
  const variablesOf: SnapshotContext['variablesOf'] = (projectId) => readVariables(database, projectId);
  const contextWith = (dialer: Dialer, connectors: SnapshotContext['connectorOf']): SnapshotContext => {
    return { database, clock, store, dialer, connectorOf: connectors, environment, counted, plan, clusterOf, connectionsOf, variablesOf };
  };
  const context = contextWith(createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses }), connectorOf);
  /** As a run of the job would see the outside: addresses that are allowed now, and the connections its tables name. */
  const contextOf = async (jobId: number): Promise<SnapshotContext> => {
    const job = await database.job.findUnique({ where: { id: jobId }, include: { versions: { orderBy: { number: 'desc' }, take: 2 } } });
    const setting = await database.setting.findUnique({ where: { key: 'allowedAddresses' } });
    const allowList = setting ? settingsSchema.shape.allowedAddresses.parse(JSON.parse(setting.valueJson)) : [];
    const dialer = createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses, allowList });
    if (!job) return contextWith(dialer, connectorOf);
    const known = await variablesOf(job.projectId);
    const names = namedIn(job.versions.map((version) => fillInText(version.sql, known)).join('\n'));
    const connections = await readConnections(database, masterKey, job.projectId, names);
    return contextWith(dialer, withConnections(connectorOf, connections, await openConnectionStores(connections, dialer)));
  };
  return {
    previewStart: async (jobId: number, choice: RestoreChoice) => previewStart(await contextOf(jobId), jobId, choice),
    previewStop: async (jobId: number) => previewStop(await contextOf(jobId), jobId),
    previewImport: async (jobId: number, path: string) => previewImport(await contextOf(jobId), jobId, path),
    exposure: async (jobId: number) => exposureNow(await contextOf(jobId), jobId),
    snapshotOperators: (snapshotId: string) => describeOperators(context, snapshotId),
    browse: (path: string, token: string | null) => browse(context, path, token),
  };
}
