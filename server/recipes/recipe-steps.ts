/**
 * Which steps of a recipe are done, from what the job did. Pure. Steps are done in order: each looks at what came after the moment the one before
 * was done, so that an old run never ticks a new step.
 */
import type { RecipeProgress, RecipeProof, RecipeStep } from '../contract/recipes.ts';
import type { Recipe } from './restart-recipes.ts';

export interface RecipeRun {
  readonly number: number;
  readonly start: 'empty' | 'snapshot' | 'time' | 'auto-restart' | 'resumed';
  readonly hasRestored: boolean;
  readonly startedMs: number;
  readonly runningMs: number | null;
  readonly endedMs: number | null;
  readonly endCause: string | null;
}

export interface RecipeSnapshot {
  readonly origin: 'checkpoint' | 'stop' | 'manual' | 'imported' | 'drain';
  /** When it was put into the catalogue of the job. */
  readonly atMs: number;
}

export interface RecipeFacts {
  /** Oldest first. */
  readonly runs: readonly RecipeRun[];
  readonly snapshots: readonly RecipeSnapshot[];
  readonly proof: RecipeProof | null;
}

type Done = (facts: RecipeFacts, afterMs: number) => number | null;

const firstAfter = <T>(items: readonly T[], timeOf: (item: T) => number | null, afterMs: number): number | null => {
  const times = items.flatMap((item) => timeOf(item) ?? []).filter((time) => time >= afterMs);
  return times.length === 0 ? null : Math.min(...times);
};

const BY_PERSON = ['empty', 'snapshot', 'time'];

const DONE: Record<RecipeStep, Done> = {
  start: ({ runs }, after) => firstAfter(runs, (run) => run.runningMs, after),
  checkpoint: ({ snapshots }, after) => firstAfter(snapshots, (one) => (one.origin === 'checkpoint' ? one.atMs : null), after),
  break: ({ runs }, after) => firstAfter(runs, (run) => (run.endCause === 'failed' || run.endCause === 'lost' ? run.endedMs : null), after),
  restarted: ({ runs }, after) =>
    firstAfter(runs, (run) => (run.start === 'auto-restart' && run.hasRestored ? run.runningMs : null), after),
  'stop-savepoint': ({ runs, snapshots }, after) => {
    const saved = firstAfter(snapshots, (one) => (one.origin === 'stop' ? one.atMs : null), after);
    return saved === null ? null : firstAfter(runs, (run) => (run.endCause === 'stopped' ? run.endedMs : null), after);
  },
  'stop-without': ({ runs, snapshots }, after) => {
    const stopped = firstAfter(runs, (run) => (run.endCause === 'stopped' ? run.endedMs : null), after);
    const saved = firstAfter(snapshots, (one) => (one.origin === 'stop' || one.origin === 'drain' ? one.atMs : null), after);
    return saved === null ? stopped : null;
  },
  import: ({ snapshots }, after) => firstAfter(snapshots, (one) => (one.origin === 'imported' ? one.atMs : null), after),
  'start-again': ({ runs }, after) =>
    firstAfter(runs, (run) => (BY_PERSON.includes(run.start) && run.hasRestored && run.startedMs >= after ? run.runningMs : null), after),
  prove: () => null,
};

export function recipeProgress(recipe: Recipe, facts: RecipeFacts): RecipeProgress {
  let afterMs: number | null = 0;
  let isFinished = false;
  const steps: RecipeProgress['steps'] = [];
  for (const step of recipe.steps) {
    if (afterMs === null) {
      steps.push({ step, state: 'later' });
      continue;
    }
    const at: number | null = step === 'prove' ? provenAt(facts, afterMs) : DONE[step](facts, afterMs);
    steps.push({ step, state: at === null ? 'now' : 'done' });
    isFinished = step === 'prove' && at !== null;
    afterMs = at;
  }
  return { recipe: recipe.key, steps, proof: facts.proof, isFinished };
}

/** A checkpoint after the restart made its files visible, and they hold every order once. */
function provenAt({ snapshots, proof }: RecipeFacts, afterMs: number): number | null {
  if (proof === null || proof.orders === 0 || proof.missing > 0 || proof.repeated > 0) return null;
  return firstAfter(snapshots, (one) => (one.origin === 'checkpoint' || one.origin === 'stop' ? one.atMs : null), afterMs);
}

/** Counts gaps and repetitions of orders that are numbered from 1. */
export function proofOf(numbers: Iterable<number>, files: number): RecipeProof {
  const seen = new Set<number>();
  let repeated = 0;
  let highest = 0;
  for (const number of numbers) {
    if (seen.has(number)) repeated++;
    seen.add(number);
    highest = Math.max(highest, number);
  }
  return { orders: seen.size + repeated, highest, missing: highest - seen.size, repeated, files };
}
