/** Randomness behind an interface. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  next(): number;
}

export const systemRandom: RandomSource = { next: () => Math.random() };

/** Deterministic numbers from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** `length` hexadecimal digits. */
export function hexDigits(random: RandomSource, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += Math.floor(random.next() * 16).toString(16);
  return text;
}
