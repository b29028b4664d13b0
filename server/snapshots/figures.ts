/** Arithmetic of figures: counts with how sure they are. What is not known makes a sum unknown. */

import type { Confidence, Figure, Verdict } from '../contract/primitives.ts';
import { inEnglish, say, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';

export const NONE: Figure = { value: 0, confidence: 'exact', basis: null };
export const basisOf = (told: Told) => ({ basis: inEnglish(told), said: [...listOf(told)] });
export const unknown = (basis: Told): Figure => ({ value: null, confidence: 'unknown', ...basisOf(basis) });
export const exactly = (value: number): Figure => ({ value: Math.max(0, Math.round(value)), confidence: 'exact', basis: null });
export const estimate = (value: number, basis: Told): Figure => ({
  value: Math.max(0, Math.round(value)),
  confidence: value <= 0 ? 'exact' : 'estimate',
  ...(value <= 0 ? { basis: null } : basisOf(basis)),
});
export const atMost = (value: number, basis: Told): Figure => ({ ...estimate(value, basis), confidence: value <= 0 ? 'exact' : 'bound' });

const SURENESS: readonly Confidence[] = ['exact', 'estimate', 'bound', 'unknown'];

export function sumOf(figures: readonly Figure[]): Figure {
  const least = Math.max(0, ...figures.map((figure) => SURENESS.indexOf(figure.confidence)));
  const confidence = SURENESS[least] as Confidence;
  const { basis = null, said } = figures.find((figure) => figure.confidence === confidence) ?? {};
  if (figures.some((figure) => figure.value === null)) return unknown(said ?? say('said.basis.unknown'));
  return { value: figures.reduce((sum, figure) => sum + (figure.value ?? 0), 0), confidence, basis, ...(said ? { said } : {}) };
}

/** The greatest of some figures; unknown counts as the worst. */
export function worstOf(figures: readonly Figure[]): Figure {
  return (
    figures.find((figure) => figure.value === null) ??
    figures.reduce((worst, one) => ((one.value ?? 0) > (worst.value ?? 0) ? one : worst), NONE)
  );
}

export function verdictOf(lost: Figure, readAgain: Figure, doubled: Figure): Verdict {
  if (lost.value === null) return 'unknown';
  if (lost.value > 0) return 'bad';
  // Nothing is gone: how much comes twice may be unknown without a name being asked for.
  return (doubled.value ?? 1) > 0 || (readAgain.value ?? 1) > 0 ? 'warn' : 'ok';
}

export const grouped = (value: number): string => value.toLocaleString('en-US');
