/**
 * Merges the watermarks of a node's input lanes: the minimum over lanes that are not idle, strictly rising (Flink's StatusWatermarkValve).
 * A lane is one channel, or the direct edge from a node of the same task. An ended lane stands at the final watermark.
 */
export class WatermarkValve {
  readonly #watermarks: Float64Array;
  readonly #idle: Uint8Array;
  /** ms; -Infinity before the first. */
  current: number;
  isIdle = false;

  constructor(lanes: number, restoredMs: number | null) {
    this.current = restoredMs ?? -Infinity;
    this.#watermarks = new Float64Array(lanes).fill(this.current);
    this.#idle = new Uint8Array(lanes);
  }

  /** Returns the new watermark when it has risen, else null. */
  advance(lane: number, watermarkMs: number): number | null {
    this.#idle[lane] = 0;
    this.isIdle = false;
    if (watermarkMs > (this.#watermarks[lane] as number)) this.#watermarks[lane] = watermarkMs;
    return this.#rise();
  }

  isLaneIdle(lane: number): boolean {
    return this.#idle[lane] === 1;
  }

  /** A lane that falls idle may let the others' minimum rise. */
  setIdle(lane: number, isIdle: boolean): number | null {
    this.#idle[lane] = isIdle ? 1 : 0;
    this.isIdle = this.#idle.every((flag) => flag === 1);
    return this.isIdle ? null : this.#rise();
  }

  #rise(): number | null {
    let minimum = Infinity;
    for (let lane = 0; lane < this.#watermarks.length; lane++) {
      if (this.#idle[lane] === 0) minimum = Math.min(minimum, this.#watermarks[lane] as number);
    }
    if (minimum === Infinity || minimum <= this.current) return null;
    this.current = minimum;
    return minimum;
  }
}
