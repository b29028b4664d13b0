/** What the console's services need of supervisor and snapshots (server/services/ports.ts: PreviewPort and SupervisorPort), for one process. */
import type { Environment } from '../config/environment.ts';
import type { RestoreChoice } from '../contract/start.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { connectorOf } from '../engine/connectors/registry.ts';
import { browse } from '../snapshots/browse.ts';
import { previewImport } from '../snapshots/check-import.ts';
import type { PlannedScript, SnapshotContext } from '../snapshots/context.ts';
import { describeOperators } from '../snapshots/describe-operators.ts';
import { previewStart } from '../snapshots/preview-start.ts';
import { exposureNow, previewStop } from '../snapshots/preview-stop.ts';
import { createStore } from '../storage/create-store.ts';
import { SupervisorClient } from './client.ts';
import { eventSocketAddress } from './events.ts';

export interface PortsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly planner: { plan(sql: string, settings: Readonly<Record<string, string>>): Promise<PlannedScript> };
  /** TIDEMARK_LAUNCH_SECRET. */
  readonly secret: string;
  /** The supervisor stored durable events: read them now instead of at the next look. */
  readonly onStored?: () => void;
}

export function createPorts(options: PortsOptions) {
  const { database, clock, environment, planner } = options;
  const context: SnapshotContext = {
    database,
    clock,
    store: createStore(environment.objectStore.spec),
    dialer: createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses }),
    connectorOf,
    environment,
    plan: (sql, settings) => planner.plan(sql, settings),
  };
  const address = eventSocketAddress(environment.dataDir);
  const { secret, onStored } = options;
  return {
    supervisor: new SupervisorClient({ address, secret, ...(onStored ? { onStored } : {}) }),
    previews: {
      previewStart: (jobId: number, choice: RestoreChoice) => previewStart(context, jobId, choice),
      previewStop: (jobId: number) => previewStop(context, jobId),
      previewImport: (jobId: number, path: string) => previewImport(context, jobId, path),
      exposure: (jobId: number) => exposureNow(context, jobId),
      snapshotOperators: (snapshotId: string) => describeOperators(context, snapshotId),
      browse: (path: string, token: string | null) => browse(context, path, token),
    },
  };
}
