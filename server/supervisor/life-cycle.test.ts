/**
 * Random lives of a job against fake processes, with the supervisor dying between any two of its steps. After each command the next supervisor
 * must bring the job to what was asked: database and processes agree, one process at most lives, nothing shown is lost or doubled.
 */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationRequest } from '../contract/operation-request.ts';
import { SAID } from '../contract/said.ts';
import type { Database } from '../db/open-database.ts';
import type { JobEngine } from '../engines/contract.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import { Supervisor } from './supervisor.ts';
import { createJobFixture, type JobFixture, request, startRequest } from './supervisor-fixture.ts';
import { LEGAL_MOVES } from './transitions.ts';

/** The supervisor's process: dies at the n-th step, before or after it took effect; then nothing of it has any effect. */
class Fuse {
  left: number;
  readonly isAfter: boolean;
  isBurnt = false;
  constructor(left: number, isAfter: boolean) {
    this.left = left;
    this.isAfter = isAfter;
  }
  async step<T>(work: () => Promise<T>): Promise<T> {
    this.check();
    const isLast = --this.left === 0;
    if (isLast && !this.isAfter) this.burn();
    const result = await work();
    if (isLast) this.burn();
    this.check();
    return result;
  }
  check(): void {
    if (this.isBurnt) throw new Error('the supervisor is dead');
  }
  burn(): never {
    this.isBurnt = true;
    throw new Error('the supervisor died');
  }
}

function fusedDatabase(database: Database, fuse: Fuse): Database {
  return new Proxy(database, {
    get(target, name) {
      fuse.check();
      const value = Reflect.get(target, name) as unknown;
      if (name !== '$transaction') return value;
      return (work: Parameters<Database['$transaction']>[0]) => fuse.step(() => target.$transaction(work));
    },
  });
}

function fusedEngine(engine: JobEngine, fuse: Fuse): JobEngine {
  return new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'submit' && name !== 'adopt' && name !== 'kill') return typeof value === 'function' ? value.bind(target) : value;
      return (...args: unknown[]) => fuse.step(() => (value as (...all: unknown[]) => Promise<unknown>).apply(target, args));
    },
  });
}

class Life {
  readonly fixture: JobFixture;
  readonly world: FakeWorld;
  #skewMs = 0;
  #fuse = new Fuse(Number.POSITIVE_INFINITY, false);
  #supervisor: Supervisor;
  #instance = 0;
  deaths = 0;

  constructor(fixture: JobFixture) {
    this.fixture = fixture;
    this.world = new FakeWorld(new MemoryObjectStore(), () => this.nowMs());
    this.#supervisor = this.#newSupervisor(Number.POSITIVE_INFINITY, false);
  }

  nowMs(): number {
    return Date.now() + this.#skewMs;
  }

  #newSupervisor(steps: number, isAfter: boolean): Supervisor {
    this.#fuse = new Fuse(steps, isAfter);
    const engine = fusedEngine(new FakeEngine(this.world), this.#fuse);
    const context: SupervisorContext = {
      database: fusedDatabase(this.fixture.opened.client, this.#fuse),
      provider: 'sqlite',
      clock: { nowMs: () => this.nowMs(), monotonicMs: () => this.nowMs() },
      engines: { embedded: engine, flink: engine },
      store: this.world.store,
      masterKey: masterKeyOf(new Uint8Array(32)),
      environment: {
        dataDir: this.fixture.dataDir,
        objectStore: { spec: { kind: 'local', root: '/nowhere' }, defaultBucket: 'tidemark', prefix: '' },
        allowPrivateAddresses: false,
      },
      holder: `here/${this.#instance++}`,
      publish: () => {},
      stored: () => {},
      log: (level, message) => {
        if (level === 'error' && !/supervisor (is dead|died)/.test(message)) this.world.wrongs.push(message);
      },
    };
    return new Supervisor(context);
  }

  /** kill -9 of the supervisor, and its next start. */
  async reborn(steps: number, isAfter: boolean): Promise<void> {
    this.deaths++;
    this.#fuse.isBurnt = true;
    this.world.detachAll();
    await this.#supervisor.abandon();
    this.#supervisor = this.#newSupervisor(steps, isAfter);
  }

  async converge(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      if (this.#fuse.isBurnt) await this.reborn(Number.POSITIVE_INFINITY, false);
      this.#supervisor.wake();
      await this.#supervisor.settled();
      if (this.#fuse.isBurnt) continue;
      if ((await this.problem()) === null) return;
      this.#skewMs += 5_000;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const rows = await this.fixture.opened.client.jobEvent.findMany({ orderBy: { id: 'desc' }, take: 8 });
    throw new Error(`no rest: ${await this.problem()}; ${rows.map((row) => row.message).join(' | ')}; ${this.world.wrongs.join(' | ')}`);
  }

  /** What database and processes disagree on; null when they agree. */
  async problem(): Promise<string | null> {
    const { client } = this.fixture.opened;
    const job = await client.job.findUniqueOrThrow({ where: { id: this.fixture.jobId } });
    const open = await client.run.findMany({ where: { endedAt: null } });
    const alive = this.world.alive();
    if (job.activeOperationId !== null || (await client.operation.count({ where: { activeJobId: { not: null } } })) > 0)
      return 'an operation is under way';
    const states = `${job.status}, desired ${job.desired}, ${open.length} open runs, ${alive.length} processes`;
    const isRunning = ['job_running', 'job_cancel_fail'].includes(job.status);
    if (job.desired === 'running')
      return isRunning && open.length === 1 && alive.length === 1 && open[0]?.id === alive[0]?.spec.runId ? null : states;
    const atRest = ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish'].includes(job.status);
    return atRest && open.length === 0 && alive.length === 0 ? null : states;
  }

  async checkInvariants(): Promise<void> {
    expect(this.world.wrongs).toEqual([]);
    const { client } = this.fixture.opened;
    const moves = await client.jobEvent.findMany({ where: { kind: 'status' } });
    const byLabel = new Map<string, keyof typeof LEGAL_MOVES>(
      (Object.keys(LEGAL_MOVES) as (keyof typeof LEGAL_MOVES)[]).map((status) => [SAID[`said.label.${status}`], status]),
    );
    for (const { message } of moves) {
      const [from, to] = message.split(' → ').map((label) => byLabel.get(label));
      expect(from && to && LEGAL_MOVES[from].includes(to), message).toBe(true);
    }
    const generations = (await client.run.findMany({ orderBy: { number: 'asc' } })).map((run) => run.generation);
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
  }

  async end(): Promise<void> {
    await this.#supervisor.abandon();
  }
}

type Command =
  | { readonly kind: 'ask'; readonly wanted: OperationRequest }
  | { readonly kind: 'work'; readonly records: number }
  | { readonly kind: 'checkpoint'; readonly isReported: boolean }
  | { readonly kind: 'kill-process' }
  | { readonly kind: 'fail-process' }
  | { readonly kind: 'terminate-process' }
  | { readonly kind: 'finish-process' }
  | { readonly kind: 'kill-supervisor' }
  | { readonly kind: 'deaf'; readonly isDeaf: boolean }
  | { readonly kind: 'savepoints-fail'; readonly fail: boolean };

const AT_REST = ['job_init', 'job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish'];

async function perform(life: Life, command: Command): Promise<void> {
  const process = life.world.alive()[0];
  switch (command.kind) {
    case 'ask': {
      const job = await life.fixture.opened.client.job.findUniqueOrThrow({ where: { id: life.fixture.jobId } });
      // As services refuse what a status forbids.
      const isRest = AT_REST.includes(job.status) && job.desired === 'stopped';
      if (command.wanted.kind === 'start' ? !isRest : isRest) return;
      const { wanted } = command;
      if (wanted.kind === 'start' && wanted.choice.kind === 'empty') life.world.mayBeginAnew = true;
      await request(life.fixture, wanted);
      return;
    }
    case 'work':
      if (process) process.position += command.records;
      return;
    case 'checkpoint':
      if (!process) return;
      await process.snapshot('checkpoint', 'periodic', command.isReported);
      if (!command.isReported) process.die('The process was ended by SIGKILL.');
      return;
    case 'kill-process':
      return process?.die('The process was ended by SIGKILL.');
    case 'fail-process':
      return process?.fail({
        message: 'Kafka is away.',
        causeKey: 'kafka',
        operatorUid: null,
        isRetryable: true,
        domain: 'external',
        stack: null,
      });
    case 'terminate-process':
      return process?.terminate();
    case 'finish-process':
      if (!process) return;
      await process.snapshot('checkpoint', 'end');
      return process.finish();
    case 'kill-supervisor':
      return life.reborn(Number.POSITIVE_INFINITY, false);
    case 'deaf':
      life.world.isDeaf = command.isDeaf;
      return;
    case 'savepoints-fail':
      life.world.savepointsFail = command.fail;
  }
}

const newestOperation = async (life: Life) =>
  (await life.fixture.opened.client.operation.findFirst({ orderBy: { requestedAt: 'desc' } }))?.id ?? null;
const desiredOf = async (life: Life) =>
  (await life.fixture.opened.client.job.findUniqueOrThrow({ where: { id: life.fixture.jobId } })).desired;
const isNew = (before: string | null, now: string | null) => before !== now;

/** What was asked for has come about, however often the supervisor died over it. */
async function checkAnswer(life: Life, command: Command): Promise<void> {
  if (command.kind !== 'ask') return;
  const { client } = life.fixture.opened;
  const operation = await client.operation.findFirst({ orderBy: { requestedAt: 'desc' } });
  const job = await client.job.findUniqueOrThrow({ where: { id: life.fixture.jobId } });
  if (!operation || JSON.stringify(command.wanted) !== operation.requestJson) return;
  const { wanted } = command;
  const fails = life.world.savepointsFail && (wanted.kind === 'trigger-savepoint' || (wanted.kind === 'stop' && wanted.mode !== 'without'));
  expect([wanted.kind, operation.status, operation.message]).toEqual([wanted.kind, fails ? 'failed' : 'succeeded', operation.message]);
  if (wanted.kind !== 'trigger-savepoint') expect(job.desired).toBe(wanted.kind === 'start' || fails ? 'running' : 'stopped');
  if (wanted.kind === 'stop' && fails) expect(job.statusMessage).toContain('Still running.');
}

const commands = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Command>({ kind: 'ask', wanted: startRequest('newest') }) },
  { weight: 1, arbitrary: fc.constant<Command>({ kind: 'ask', wanted: startRequest('empty') }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('savepoint', 'drain', 'without')
      .map((mode): Command => ({ kind: 'ask', wanted: { kind: 'stop', mode: mode as 'savepoint' } })),
  },
  { weight: 2, arbitrary: fc.constant<Command>({ kind: 'ask', wanted: { kind: 'trigger-savepoint', path: null } }) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }).map((records): Command => ({ kind: 'work', records })) },
  { weight: 4, arbitrary: fc.boolean().map((isReported): Command => ({ kind: 'checkpoint', isReported })) },
  { weight: 2, arbitrary: fc.constantFrom<Command>({ kind: 'kill-process' }, { kind: 'fail-process' }, { kind: 'terminate-process' }) },
  { weight: 1, arbitrary: fc.constantFrom<Command>({ kind: 'finish-process' }, { kind: 'kill-supervisor' }) },
  { weight: 1, arbitrary: fc.boolean().map((isDeaf): Command => ({ kind: 'deaf', isDeaf })) },
  { weight: 1, arbitrary: fc.boolean().map((fail): Command => ({ kind: 'savepoints-fail', fail })) },
);

/** The supervisor that carries a command out dies at this step; 0 = it does not. */
const deaths = fc.record({ steps: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 14 })), isAfter: fc.boolean() });

const FIRST: readonly Command[] = [
  { kind: 'ask', wanted: startRequest('newest') },
  { kind: 'work', records: 5 },
];

describe('life of a job', () => {
  let count = 0;
  let died = 0;
  beforeAll(() => {
    count = 0;
  });
  afterAll(() => {
    // Without faults the property would prove nothing.
    expect(died).toBeGreaterThan(count);
  });

  it('converges wherever the supervisor dies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(commands, deaths), { minLength: 3, maxLength: 12 }), async (script) => {
        const fixture = await createJobFixture('INSERT INTO t SELECT 1', { checkpointIntervalSeconds: 1 });
        const life = new Life(fixture);
        try {
          for (const [command, death] of [...FIRST.map((one) => [one, { steps: 0, isAfter: false }] as const), ...script]) {
            if (death.steps > 0) await life.reborn(death.steps, death.isAfter);
            const before = await newestOperation(life);
            const desired = await desiredOf(life);
            await perform(life, command);
            await life.converge();
            await life.checkInvariants();
            if (command.kind === 'terminate-process') expect(await desiredOf(life)).toBe(desired);
            if (isNew(before, await newestOperation(life))) await checkAnswer(life, command);
          }
          count++;
          died += life.deaths;
        } finally {
          await life.end();
          await fixture.close();
        }
      }),
      { numRuns: Number(process.env.LIFE_RUNS ?? 25), endOnFailure: process.env.LIFE_RUNS === undefined },
    );
  });
});
