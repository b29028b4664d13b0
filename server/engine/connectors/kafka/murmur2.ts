/** Kafka's murmur2: the hash by which Java's producer chooses a partition. Signed 32 bits. */

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

export function murmur2(data: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let h = SEED ^ length;
  let at = start;
  for (; end - at >= 4; at += 4) {
    let k = Math.imul(data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24), M);
    k = Math.imul(k ^ (k >>> R), M);
    h = Math.imul(h, M) ^ k;
  }
  const left = end - at;
  if (left >= 3) h ^= data[at + 2] << 16;
  if (left >= 2) h ^= data[at + 1] << 8;
  if (left >= 1) h = Math.imul(h ^ data[at], M);
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
