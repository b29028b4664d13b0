/**
 * Which process is killed when: the same seed gives the same list. Kills come in blocks of six, in shuffled order: one inside each of the five
 * phases, and one at a random moment that also opens the way to the kill inside the restore. So each phase has a sixth of all kills.
 */
import { MOMENTS, type Moment, PHASES, type Phase } from './store-proxy.ts';

export type Victim = 'job' | 'supervisor' | 'web' | 'job+supervisor' | 'console' | 'everything';
export type Kind = 'job' | 'console' | 'both';

export interface Kill {
  /** `any`: a random moment, no phase is waited for. */
  readonly phase: Phase | 'any';
  readonly moment: Moment;
  /** ms; for `any` since the last progress, for `later` since the answer. */
  readonly delayMs: number;
  readonly victim: Victim;
}

/** Numbers in [0, 1) from a seed (the 32-bit mulberry generator). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VICTIMS: Readonly<Record<Kind, readonly (readonly [Victim, number])[]>> = {
  job: [['job', 1]],
  console: [
    ['supervisor', 0.5],
    ['web', 0.2],
    ['console', 0.3],
  ],
  both: [
    ['job', 0.7],
    ['supervisor', 0.08],
    ['web', 0.02],
    ['job+supervisor', 0.08],
    ['console', 0.04],
    ['everything', 0.08],
  ],
};

function pick<T>(random: () => number, weighted: readonly (readonly [T, number])[]): T {
  let at = random() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weighted) {
    at -= weight;
    if (at < 0) return value;
  }
  return (weighted.at(-1) as readonly [T, number])[0];
}

function shuffled<T>(random: () => number, values: readonly T[]): T[] {
  const list = [...values];
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}

export function killSchedule(seed: number, kills: number, kind: Kind): Kill[] {
  const random = seeded(seed);
  const list: Kill[] = [];
  const draw = (phase: Kill['phase'], victim: Victim): Kill => ({
    phase,
    moment: MOMENTS[Math.floor(random() * MOMENTS.length)] as Moment,
    delayMs: Math.floor(random() * (phase === 'any' ? 1_000 : 40)),
    victim,
  });
  while (list.length < kills) {
    for (const phase of shuffled(random, PHASES)) {
      // Nothing is restored unless the job's process ends first.
      if (phase === 'restore')
        list.push(
          draw(
            'any',
            pick(
              random,
              VICTIMS.both.filter(([victim]) => /job|everything/.test(victim)),
            ),
          ),
        );
      list.push(draw(phase, pick(random, VICTIMS[kind])));
    }
  }
  return list.slice(0, kills);
}
