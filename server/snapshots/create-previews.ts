/** The previews of the console's services (PreviewPort in server/services/ports.ts), over one database and object store. They change nothing. */
import type { Environment } from '../config/environment.ts';
import type { RestoreChoice } from '../contract/start.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { connectorOf } from '../engine/connectors/registry.ts';
import { createStore } from '../storage/create-store.ts';
import { browse } from './browse.ts';
import { previewImport } from './check-import.ts';
import type { PlannedScript, SnapshotContext } from './context.ts';
import { describeOperators } from './describe-operators.ts';
import { previewStart } from './preview-start.ts';
import { exposureNow, previewStop } from './preview-stop.ts';

export interface PreviewOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly planner: { plan(sql: string, settings: Readonly<Record<string, string>>): Promise<PlannedScript> };
}

export function createPreviews(options: PreviewOptions) {
  const { database, clock, environment, planner } = options;
  const context: SnapshotContext = {
    database,
    clock,
    // The store is the operator's own choice, not a user's: no address policy.
    store: createStore(environment.objectStore.spec),
    dialer: createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses }),
    connectorOf,
    environment,
    plan: (sql, settings) => planner.plan(sql, settings),
  };
  return {
    previewStart: (jobId: number, choice: RestoreChoice) => previewStart(context, jobId, choice),
    previewStop: (jobId: number) => previewStop(context, jobId),
    previewImport: (jobId: number, path: string) => previewImport(context, jobId, path),
    exposure: (jobId: number) => exposureNow(context, jobId),
    snapshotOperators: (snapshotId: string) => describeOperators(context, snapshotId),
    browse: (path: string, token: string | null) => browse(context, path, token),
  };
}
