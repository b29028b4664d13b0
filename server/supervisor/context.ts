/** What every part of the supervisor is given. One per process; tests make as many as they crash. */
import type { Environment } from '../config/environment.ts';
import type { JobServerEvent } from '../contract/events.ts';
import type { DatabaseProvider } from '../db/apply-migrations.ts';
import type { Database, DatabaseTransaction } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { EngineName, JobEngine, JobEngines } from '../engines/contract.ts';
import { gathering } from '../events/append-event.ts';
import type { MasterKey } from '../secrets/seal.ts';
import type { ObjectStore } from '../storage/contract.ts';

export interface SupervisorContext {
  readonly database: Database;
  readonly provider: DatabaseProvider;
  readonly clock: Clock;
  readonly engines: JobEngines;
  readonly store: ObjectStore;
  /** Opens stored secrets: connections of jobs, channels of alarms. */
  readonly masterKey: MasterKey;
  readonly environment: Pick<Environment, 'dataDir' | 'objectStore' | 'allowPrivateAddresses'>;
  /** `<installation>/<instance>`: the data directory's id, and this process's. */
  readonly holder: string;
  /** A transient event for browsers. */
  publish(event: JobServerEvent): void;
  /** Durable events were committed. */
  stored(): void;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** The engine that a run was given to. */
export function engineOf(context: SupervisorContext, run: { readonly engine: string }): JobEngine {
  const engine = context.engines[run.engine as EngineName];
  if (!engine) throw new Error(`there is no engine '${run.engine}'`);
  return engine;
}

/** Runs a transaction and tells browsers that something was stored. */
export async function inTransaction<T>(context: SupervisorContext, work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
  const result = await context.database.$transaction((tx) => gathering(tx, () => work(tx)));
  context.stored();
  return result;
}

/** Another supervisor owns the job or the operation now: this one stops handling it and changes nothing more. */
export class FencedOut extends Error {
  override readonly name = 'FencedOut';
}
