import { beforeAll, describe, expect, test } from 'vitest';
import type { PhysicalPlan } from '../../planner/physical-plan.ts';
import { type LifeOptions, live, newWorld } from './simulated-job.ts';
import { inputRows, sumPlan, unionPlan } from './simulated-plan.ts';
import { committedRows, committedTable, type Fault, type World } from './simulated-world.ts';

const INPUTS: World['inputs'] = new Map([
  ['left', inputRows(3, 8, 0n)],
  ['right', inputRows(2, 8, 1000n)],
]);

interface Case {
  readonly name: string;
  readonly plan: PhysicalPlan;
  readonly result: (world: World) => unknown;
}

const CASES: readonly Case[] = [
  { name: 'two inputs united', plan: unionPlan(), result: committedRows },
  { name: 'sum by key', plan: sumPlan(), result: (world) => committedTable(world) },
];

async function undisturbed(plan: PhysicalPlan, seed: number, options: LifeOptions) {
  const world = newWorld(seed, INPUTS);
  const result = await live(world, plan, options);
  expect(result.end).toEqual({ kind: 'finished' });
  return { world, trace: result.life.trace };
}

/** The first life dies at the fault; later lives go on from the newest snapshot, each at another parallelism. */
async function withCrash(plan: PhysicalPlan, seed: number, fault: Fault, parallelisms: readonly number[]): Promise<World> {
  const world = newWorld(seed, INPUTS);
  const first = await live(world, plan, { parallelism: parallelisms[0] as number, fault });
  expect(first.end, `the job must die ${fault.when} effect ${fault.at}`).toBeNull();
  for (const parallelism of parallelisms.slice(1)) {
    const next = await live(world, plan, { parallelism });
    expect(next.end).toEqual({ kind: 'finished' });
  }
  return world;
}

describe.each(CASES)('$name', ({ plan, result }) => {
  let expected: unknown;
  beforeAll(async () => {
    expected = result((await undisturbed(plan, 1, { parallelism: 1 })).world);
  });

  test('is the same at every parallelism and for every seed', async () => {
    for (const parallelism of [1, 2, 3]) {
      for (let seed = 1; seed <= 5; seed++) {
        const { world, trace } = await undisturbed(plan, seed, { parallelism });
        expect(result(world)).toEqual(expected);
        expect(trace.filter((effect) => effect.endsWith('_metadata') && effect.startsWith('put')).length).toBeGreaterThan(1);
      }
    }
  });

  test('the same seed gives the same effects in the same order', async () => {
    const [first, second] = [await undisturbed(plan, 7, { parallelism: 2 }), await undisturbed(plan, 7, { parallelism: 2 })];
    const plainTrace = (trace: readonly string[]) => trace.map((effect) => effect.replaceAll(/run\d+/g, 'run'));
    expect(plainTrace(second.trace)).toEqual(plainTrace(first.trace));
  });

  test('survives any number of deaths, also while it is restored', async () => {
    const { trace } = await undisturbed(plan, 3, { parallelism: 1 });
    for (let seed = 1; seed <= 40; seed++) {
      const world = newWorld(seed, INPUTS);
      let lives = 0;
      for (let isDone = false; !isDone; lives++) {
        const at = Math.floor(world.random.next() * trace.length);
        const when = world.random.next() < 0.5 ? ('before' as const) : ('after' as const);
        const parallelism = 1 + Math.floor(world.random.next() * 3);
        const { end } = await live(world, plan, lives < 6 ? { parallelism, fault: { at, when } } : { parallelism });
        isDone = end !== null;
        if (end) expect(end).toEqual({ kind: 'finished' });
      }
      expect(result(world), `seed ${seed}, ${lives} lives`).toEqual(expected);
    }
  });

  test.each([1, 2])('survives a crash before and after every effect, restored at another parallelism (from %i)', async (parallelism) => {
    const { trace } = await undisturbed(plan, 3, { parallelism });
    for (let at = 0; at < trace.length; at++) {
      for (const when of ['before', 'after'] as const) {
        const next = 1 + ((at + parallelism) % 3);
        const world = await withCrash(plan, 3, { at, when }, [parallelism, next]);
        expect(result(world), `crash ${when} effect ${at}: ${trace[at]}`).toEqual(expected);
      }
    }
  });
});
