import { describe, expect, it } from 'vitest';
import { proofOf, type RecipeFacts, type RecipeRun, recipeProgress } from './recipe-steps.ts';
import { recipeOf } from './restart-recipes.ts';

const run = (number: number, change: Partial<RecipeRun>): RecipeRun => ({
  number,
  start: 'snapshot',
  hasRestored: number > 1,
  startedMs: number * 100,
  runningMs: number * 100 + 10,
  endedMs: null,
  endCause: null,
  ...change,
});
const facts = (change: Partial<RecipeFacts>): RecipeFacts => ({ runs: [], snapshots: [], proof: null, ...change });
const states = (key: Parameters<typeof recipeOf>[0], given: RecipeFacts) =>
  recipeProgress(recipeOf(key), given)
    .steps.map(({ step, state }) => `${step} ${state}`)
    .join(', ');
const PROOF = proofOf([1, 2, 3], 2);

describe('steps of a recipe', () => {
  it('tick off a failure and the automatic restart from a checkpoint', () => {
    expect(states('fault-restart', facts({}))).toBe('start now, checkpoint later, break later, restarted later, prove later');
    const first = run(1, { start: 'empty' });
    expect(states('fault-restart', facts({ runs: [first], snapshots: [{ origin: 'checkpoint', atMs: 150 }] }))).toBe(
      'start done, checkpoint done, break now, restarted later, prove later',
    );
    const lost = run(1, { start: 'empty', endedMs: 180, endCause: 'lost' });
    const again = run(2, { start: 'auto-restart' });
    const snapshots = [
      { origin: 'checkpoint', atMs: 150 },
      { origin: 'checkpoint', atMs: 250 },
    ] as const;
    const all = recipeProgress(recipeOf('fault-restart'), facts({ runs: [lost, again], snapshots, proof: PROOF }));
    expect([all.isFinished, all.steps.every((one) => one.state === 'done')]).toEqual([true, true]);
    // A restart that began empty has not restored anything.
    const empty = facts({ runs: [lost, run(2, { start: 'auto-restart', hasRestored: false })], snapshots, proof: PROOF });
    expect(states('fault-restart', empty)).toContain('restarted now');
    // Files of before the restart prove nothing about it.
    expect(
      recipeProgress(recipeOf('fault-restart'), facts({ runs: [lost, again], snapshots: snapshots.slice(0, 1), proof: PROOF })).isFinished,
    ).toBe(false);
  });

  it('tell a stop with a savepoint from one without', () => {
    const stopped = run(1, { start: 'empty', endedMs: 180, endCause: 'stopped' });
    const checkpoint = { origin: 'checkpoint', atMs: 150 } as const;
    const savepoint = { origin: 'stop', atMs: 179 } as const;
    expect(states('planned-restart', facts({ runs: [stopped], snapshots: [checkpoint] }))).toContain('stop-savepoint now');
    expect(states('planned-restart', facts({ runs: [stopped], snapshots: [checkpoint, savepoint] }))).toContain('start-again now');
    expect(states('import-checkpoint', facts({ runs: [stopped], snapshots: [checkpoint, savepoint] }))).toContain('stop-without now');
    const imported = facts({ runs: [stopped, run(2, {})], snapshots: [checkpoint, { origin: 'imported', atMs: 190 }] });
    expect(states('import-checkpoint', imported)).toBe(
      'start done, checkpoint done, stop-without done, import done, start-again done, prove now',
    );
  });

  it('a gap or a repetition in the files proves nothing', () => {
    expect(proofOf([1, 2, 2, 5], 1)).toEqual({ orders: 4, highest: 5, missing: 2, repeated: 1, files: 1 });
    const runs = [run(1, { start: 'empty', endedMs: 180, endCause: 'stopped' }), run(2, {})];
    const snapshots = [
      { origin: 'stop', atMs: 179 },
      { origin: 'checkpoint', atMs: 260 },
    ] as const;
    expect(recipeProgress(recipeOf('planned-restart'), facts({ runs, snapshots, proof: PROOF })).isFinished).toBe(true);
    for (const numbers of [[1, 3], [1, 1, 2], []]) {
      expect(recipeProgress(recipeOf('planned-restart'), facts({ runs, snapshots, proof: proofOf(numbers, 1) })).isFinished).toBe(false);
    }
  });
});
