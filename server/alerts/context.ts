/** What the rooms of alarms are given: the supervisor has it, and tests make it. */
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { MasterKey } from '../secrets/seal.ts';

export interface AlertContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  /** Made anew for each round: the addresses that are allowed may change. */
  dialer(): Promise<Dialer>;
  /** Where people reach the console (setting `publicUrl`); empty = not known. */
  publicUrl(): Promise<string>;
  /** Durable events were committed. */
  stored(): void;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}
