/** Two installations on one database: the second is refused while the first lives, and takes over when it is gone. Both databases run this. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenedDatabase, openDatabase } from '../db/open-database.ts';
import type { Scheduler } from '../effects/scheduler.ts';
import { CLAIM_MS, type ClaimOutcome, type ClaimPlace, claimDatabase } from './claim-database.ts';

/** Each process has a clock of its own: a stopped one stands still. */
class Process {
  nowMs = 0;
  readonly timers: { dueMs: number; fire: () => void; isCancelled: boolean }[] = [];
  readonly lost: string[] = [];
  outcome: ClaimOutcome | null = null;
  readonly scheduler: Pick<Scheduler, 'setTimer'> = {
    setTimer: (ms, fire) => {
      const timer = { dueMs: this.nowMs + ms, fire, isCancelled: false };
      this.timers.push(timer);
      return {
        cancel() {
          timer.isCancelled = true;
        },
      };
    },
  };

  constructor(database: OpenedDatabase, place: ClaimPlace, holder: string) {
    void claimDatabase({
      database: { setting: counted(database.client.setting) },
      description: 'PostgreSQL at db/tidemark',
      place,
      holder,
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      scheduler: this.scheduler as Scheduler,
      log: () => {},
      onLost: (message) => this.lost.push(message),
    }).then((outcome) => {
      this.outcome = outcome;
    });
  }

  /** Lets this much of its time pass; what it does with the database is waited for. */
  async pass(ms: number): Promise<void> {
    await settle();
    for (const until = this.nowMs + ms; ; ) {
      const due = this.timers.filter((timer) => !timer.isCancelled && timer.dueMs <= until).sort((a, b) => a.dueMs - b.dueMs)[0];
      this.nowMs = due ? Math.max(this.nowMs, due.dueMs) : until;
      if (!due) return;
      due.isCancelled = true;
      due.fire();
      await settle();
    }
  }
}

let pending = 0;
/** The table, with the calls that are under way counted. */
const counted = (setting: OpenedDatabase['client']['setting']): OpenedDatabase['client']['setting'] =>
  new Proxy(setting, {
    get:
      (target, name) =>
      async (...args: unknown[]) => {
        pending++;
        try {
          return await (Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>).apply(target, args);
        } finally {
          pending--;
        }
      },
  });

/** Until no call is under way and nothing follows from the last one. */
const settle = async (): Promise<void> => {
  for (let quiet = 0; quiet < 5; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pending > 0) quiet = 0;
  }
};

const place = (host: string, over: Partial<ClaimPlace> = {}): ClaimPlace => ({
  installation: `installation-of-${host}`,
  host,
  dataDir: '/srv/tidemark',
  address: `http://${host}:3000`,
  ...over,
});

let folder: string;
let database: OpenedDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'claim-'));
  database = await openDatabase({ dataDir: folder, databaseUrl: null });
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a database', () => {
  test('that a living console works on refuses another one, also one with a copied data directory', async () => {
    const first = new Process(database, place('one'), 'a');
    await first.pass(0);
    expect(first.outcome?.kind).toBe('claimed');
    const others = [
      new Process(database, place('two'), 'b'),
      new Process(database, place('three', { installation: 'installation-of-one' }), 'c'),
    ];
    for (let i = 0; i < 12; i++) for (const one of [first, ...others]) await one.pass(1000);
    for (const other of others) {
      expect(other.outcome).toEqual({
        kind: 'held',
        message:
          'Another console (on one, at http://one:3000, data directory /srv/tidemark) works on PostgreSQL at db/tidemark. This one has touched no job and stops. Stop the other one, or give this one a database of its own by DATABASE_URL.',
      });
    }
    expect(first.lost).toEqual([]);
  });

  test('whose console is gone is taken after a while, and one that only slept ends when it wakes', async () => {
    const sleeper = new Process(database, place('one'), 'a');
    await sleeper.pass(7000);
    const successor = new Process(database, place('two'), 'b');
    await successor.pass(CLAIM_MS - 1000);
    expect(successor.outcome).toBeNull();
    await successor.pass(2000);
    expect(successor.outcome?.kind).toBe('claimed');
    await sleeper.pass(6000);
    expect(sleeper.lost).toEqual([expect.stringContaining('Another console (on two')]);
    await successor.pass(20_000);
    expect(successor.lost).toEqual([]);
  });

  test('is taken at once by the next process of the same installation, and after a proper end by anybody', async () => {
    const killed = new Process(database, place('one'), 'a');
    await killed.pass(0);
    const next = new Process(database, place('one'), 'b');
    await next.pass(0);
    expect(next.outcome?.kind).toBe('claimed');
    if (next.outcome?.kind === 'claimed') await next.outcome.release();
    const other = new Process(database, place('two'), 'c');
    await other.pass(0);
    expect(other.outcome?.kind).toBe('claimed');
  });

  test('is taken by one of two that come at the same time', async () => {
    const both = [new Process(database, place('one'), 'a'), new Process(database, place('two'), 'b')];
    for (let i = 0; i < 12; i++) for (const one of both) await one.pass(1000);
    expect(both.map((one) => one.outcome?.kind).sort()).toEqual(['claimed', 'held']);
  });
});
