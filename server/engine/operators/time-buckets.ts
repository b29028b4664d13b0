/** Record ids by a time, to be taken when a watermark has passed it: ids in buckets of a second, so that adding costs nothing. Derived data. */
const BUCKET_MS = 1000;

export class TimeBuckets {
  readonly #buckets = new Map<number, number[]>();
  /** No bucket lies before it. */
  #first = Infinity;

  add(timeMs: number, id: number): void {
    const bucket = Math.floor(timeMs / BUCKET_MS);
    const ids = this.#buckets.get(bucket);
    if (ids === undefined) this.#buckets.set(bucket, [id]);
    else ids.push(id);
    if (bucket < this.#first) this.#first = bucket;
  }

  /** Takes out the ids whose time is at or before `untilMs`, by time, then in the order in which they were added. `timeOf` gives the time of `add`. */
  take(untilMs: number, timeOf: (id: number) => number): number[] {
    const last = Math.floor(untilMs / BUCKET_MS);
    if (this.#first > last) return [];
    const taken: number[] = [];
    for (const bucket of [...this.#buckets.keys()].filter((key) => key <= last).sort((a, b) => a - b)) {
      const ids = this.#buckets.get(bucket) as number[];
      const due = bucket < last ? ids : ids.filter((id) => timeOf(id) <= untilMs);
      if (due.length === 0) continue;
      const rest = due.length === ids.length ? [] : ids.filter((id) => timeOf(id) > untilMs);
      due.sort((a, b) => timeOf(a) - timeOf(b));
      for (const id of due) taken.push(id);
      if (rest.length === 0) this.#buckets.delete(bucket);
      else this.#buckets.set(bucket, rest);
    }
    this.#first = Infinity;
    for (const bucket of this.#buckets.keys()) this.#first = Math.min(this.#first, bucket);
    return taken;
  }
}
