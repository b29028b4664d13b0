/**
 * One installation works on a database. On SQLite the lock on the data directory sees to it; a PostgreSQL server may be named by two consoles on
 * two machines, or by one whose data directory was copied, and each would take the other's jobs for its own.
 *
 * Protocol: the supervisor keeps a row that it renews every RENEW_MS. Who finds a row of somebody else watches it, by its own clock: renewed
 * meanwhile, its holder lives, and the newcomer is refused; unchanged for CLAIM_MS, its holder is gone, and the row is taken. A row of the same
 * installation at the same place is a former process of its own (lockSupervisor). A holder that finds its row taken ends. Rows are
 * changed only where they still hold what was read.
 */
import { hostname } from 'node:os';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { Scheduler, TimerHandle } from '../effects/scheduler.ts';

export const RENEW_MS = 5_000;
export const CLAIM_MS = 30_000;
const LOOK_MS = 500;
const KEY = 'databaseClaim';

export interface ClaimPlace {
  readonly installation: string;
  readonly host: string;
  readonly dataDir: string;
  readonly address: string;
}

export interface ClaimOptions {
  readonly database: Pick<Database, 'setting'>;
  /** For people: `PostgreSQL at host/name`. */
  readonly description: string;
  readonly place: ClaimPlace;
  /** Unique to this process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Another one has the claim now: this process must not go on. */
  readonly onLost: (message: string) => void;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; release(): Promise<void> }
  /** `message` is the sentence to print. */
  | { readonly kind: 'held'; readonly message: string };

interface Claim extends ClaimPlace {
  readonly holder: string;
  /** Count of renewals; only that it changes matters. */
  readonly beat: number;
}

export function placeHere(installation: string, dataDir: string, address: string): ClaimPlace {
  return { installation, host: hostname(), dataDir, address };
}

export async function claimDatabase(options: ClaimOptions): Promise<ClaimOutcome> {
  const { database, clock, scheduler, log } = options;
  let watched: string | null = null;
  let sinceMs = 0;
  for (;;) {
    const found = (await database.setting.findUnique({ where: { key: KEY } }))?.valueJson ?? null;
    const claim = found === null ? null : readClaim(found);
    const isGone = claim === null || isSamePlace(claim, options.place) || (found === watched && clock.monotonicMs() - sinceMs >= CLAIM_MS);
    if (isGone) {
      const own = { ...options.place, holder: options.holder, beat: 0 };
      if (await replace(database, found, JSON.stringify(own))) return { kind: 'claimed', release: keep(options, own) };
      continue;
    }
    if (watched !== null && found !== watched) return { kind: 'held', message: heldMessage(options.description, claim) };
    if (watched === null) {
      watched = found;
      sinceMs = clock.monotonicMs();
      log(
        'info',
        `${whoHolds(claim)} had ${options.description} last; waiting to see whether it is still at work, ${CLAIM_MS / 1000} s at most.`,
      );
    }
    await new Promise<void>((resolve) => scheduler.setTimer(LOOK_MS, resolve));
  }
}

function whoHolds({ host, dataDir, address }: Claim): string {
  return `Another console (on ${host}, at ${address}, data directory ${dataDir})`;
}

function heldMessage(description: string, claim: Claim): string {
  return `${whoHolds(claim)} works on ${description}. This one has touched no job and stops. Stop the other one, or give this one a database of its own by DATABASE_URL.`;
}

function readClaim(text: string): Claim | null {
  try {
    const claim = JSON.parse(text) as Partial<Claim>;
    return typeof claim.holder === 'string' && typeof claim.installation === 'string' ? (claim as Claim) : null;
  } catch {
    return null;
  }
}

const isSamePlace = (claim: Claim, place: ClaimPlace): boolean =>
  claim.installation === place.installation && claim.host === place.host && claim.dataDir === place.dataDir;

/** False when the row is no longer what was read. */
async function replace(database: ClaimOptions['database'], read: string | null, next: string): Promise<boolean> {
  if (read !== null)
    return (await database.setting.updateMany({ where: { key: KEY, valueJson: read }, data: { valueJson: next } })).count === 1;
  return database.setting.create({ data: { key: KEY, valueJson: next } }).then(
    () => true,
    async (error: unknown) => {
      if (await database.setting.findUnique({ where: { key: KEY } })) return false;
      throw error;
    },
  );
}

/** Renews the claim until it is released or lost. */
function keep(options: ClaimOptions, first: Claim): () => Promise<void> {
  const { database, scheduler, log } = options;
  let held = first;
  let isReleased = false;
  let timer: TimerHandle;
  let work: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    try {
      const next = { ...held, beat: held.beat + 1 };
      if (await replace(database, JSON.stringify(held), JSON.stringify(next))) held = next;
      else {
        const found = (await database.setting.findUnique({ where: { key: KEY } }))?.valueJson ?? null;
        const other = found === null ? null : readClaim(found);
        if (other !== null && other.holder !== held.holder) {
          isReleased = true;
          options.onLost(heldMessage(options.description, other));
        } else if (other === null && (await replace(database, found, JSON.stringify(next)))) held = next;
        // The answer of an earlier renewal was lost.
        else if (other !== null) held = other;
      }
    } catch (error) {
      log('warn', `The claim on ${options.description} could not be renewed and is tried again: ${(error as Error).message}`);
    }
    if (!isReleased) schedule();
  };
  const schedule = (): void => {
    timer = scheduler.setTimer(RENEW_MS, () => {
      work = renew();
    });
  };
  schedule();
  return async () => {
    isReleased = true;
    timer.cancel();
    await work;
    timer.cancel();
    await database.setting.deleteMany({ where: { key: KEY, valueJson: JSON.stringify(held) } });
  };
}
