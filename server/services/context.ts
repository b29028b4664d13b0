/** What every service is given: the database, the clock, the environment, keys and ports. One per process. */
import type { UserCall } from '../auth/caller.ts';
import type { Environment } from '../config/environment.ts';
import type { DatabaseProvider } from '../db/apply-migrations.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { MasterKey } from '../secrets/seal.ts';
import type { ObjectStore } from '../storage/contract.ts';
import type { PlannerPort, PreviewPort, RunPreview, SupervisorPort } from './ports.ts';

export interface ConsoleContext {
  readonly database: Database;
  readonly provider: DatabaseProvider;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly masterKey: MasterKey;
  readonly events: EventHub;
  /** The operator's object store: packages and snapshots. */
  readonly store: ObjectStore;
  readonly planner: PlannerPort;
  readonly previews: PreviewPort;
  /** Previews of queries: a process each. */
  readonly runPreview: RunPreview;
  readonly supervisor: SupervisorPort;
  readonly version: string;
  /** Told to people who run the server: defects, with their request id. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, detail?: unknown) => void;
}

export type Service<I, A> = (context: ConsoleContext, call: UserCall, input: I) => Promise<A>;
