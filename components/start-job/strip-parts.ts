/**
 * Geometry of a position strip: what the source holds before the snapshot (log scale), what is gone, and what is to be read. True scale would hide
 * what matters, so each part that exists has at least 8 px and grows with the logarithm of its size.
 */
export const STRIP_WIDTH = 262;
const LEAST = 8;

export interface StripParts {
  /** px, in this order from the left; 0 = not there. */
  held: number;
  lost: number;
  waiting: number;
}

export function stripParts(snapshot: number, earliest: number, latest: number, width = STRIP_WIDTH): StripParts {
  const counts = [Math.max(0, snapshot - earliest), Math.max(0, earliest - snapshot), Math.max(0, latest - Math.max(snapshot, earliest))];
  const weights = counts.map((n) => (n > 0 ? Math.log10(1 + n) : 0));
  const present = weights.filter((weight) => weight > 0).length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const [held, lost, waiting] = weights.map((weight) => (weight > 0 ? LEAST + ((width - LEAST * present) * weight) / sum : 0));
  return { held: held!, lost: lost!, waiting: waiting! };
}
