/**
 * The grid of aligned windows: slices are the largest stretches of time that lie in the same windows. Times are ms of the window's own clock
 * (local time for TIMESTAMP_LTZ, see WindowClock); a slice and a window are named by their ends, exclusive (Flink's SliceAssigners).
 */
import type { WindowSpec } from '../planner/physical-plan.ts';
import { type TimeZone, timeZoneOf } from '../types/time-zone.ts';

type AlignedSpec = Exclude<WindowSpec, { readonly kind: 'SESSION' }>;

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

export class WindowGrid {
  readonly #spec: AlignedSpec;
  readonly sliceMs: number;
  readonly #sizeMs: number;
  readonly #stepMs: number;
  readonly #offsetMs: number;

  constructor(spec: AlignedSpec) {
    this.#spec = spec;
    this.#sizeMs = spec.sizeMs;
    this.#offsetMs = spec.offsetMs;
    this.#stepMs = spec.kind === 'HOP' ? spec.slideMs : spec.kind === 'CUMULATE' ? spec.stepMs : spec.sizeMs;
    this.sliceMs = spec.kind === 'HOP' ? greatestDivisor(spec.sizeMs, spec.slideMs) : this.#stepMs;
  }

  get isCumulative(): boolean {
    return this.#spec.kind === 'CUMULATE';
  }

  /** True when a window may consist of several slices. */
  get isShared(): boolean {
    return this.#sizeMs !== this.sliceMs;
  }

  #floor(timeMs: number, widthMs: number, offsetMs: number = this.#offsetMs): number {
    return Math.floor((timeMs - offsetMs) / widthMs) * widthMs + offsetMs;
  }

  /** Starts lie on the grid of steps, so ends lie a size off it. */
  #floorEnd(timeMs: number): number {
    return this.#floor(timeMs, this.#stepMs, this.#offsetMs + this.#sizeMs);
  }

  sliceEnd(timeMs: number): number {
    return this.#floor(timeMs, this.sliceMs) + this.sliceMs;
  }

  /** The first window at or after `fromEnd` that holds the slice; Infinity when there is none. */
  windowEndFrom(sliceEnd: number, fromEnd: number): number {
    const first = this.#floorEnd(Math.max(sliceEnd, fromEnd) - 1) + this.#stepMs;
    return first <= this.lastWindowEnd(sliceEnd) ? first : Infinity;
  }

  /** The last window that holds the slice; before the slice itself when none does (hops with gaps). */
  lastWindowEnd(sliceEnd: number): number {
    switch (this.#spec.kind) {
      case 'TUMBLE':
        return sliceEnd;
      case 'HOP':
        return this.#floorEnd(sliceEnd - this.sliceMs + this.#sizeMs);
      case 'CUMULATE':
        return this.#floor(sliceEnd - 1, this.#sizeMs) + this.#sizeMs;
    }
  }

  windowStart(windowEnd: number): number {
    return this.isCumulative ? this.#floor(windowEnd - 1, this.#sizeMs) : windowEnd - this.#sizeMs;
  }

  /** Windows of a time, in Flink's order: hops from the latest, cumulations from the shortest. */
  windowEnds(timeMs: number): number[] {
    const slice = this.sliceEnd(timeMs);
    const ends: number[] = [];
    for (let end = this.windowEndFrom(slice, slice); end !== Infinity; end = this.windowEndFrom(slice, end + 1)) ends.push(end);
    return this.#spec.kind === 'HOP' ? ends.reverse() : ends;
  }
}

/** Between instants and the clock that windows are aligned to: local time for TIMESTAMP_LTZ, the same for TIMESTAMP (Flink's TimeWindowUtil). */
export class WindowClock {
  readonly #zone: TimeZone | null;

  /** `isZoned`: the windows come from a TIMESTAMP_LTZ (or processing) time. */
  constructor(isZoned: boolean, timeZone: string) {
    this.#zone = isZoned && timeZone !== 'UTC' ? timeZoneOf(timeZone) : null;
  }

  toLocal(instantMs: number): number {
    return this.#zone === null ? instantMs : instantMs + this.#zone.offsetAt(instantMs);
  }

  /** The instant at which a window with this end is complete; no end, no instant (Infinity). */
  triggerOf(endMs: number): number {
    return this.#zone === null || endMs === Number.POSITIVE_INFINITY ? endMs - 1 : this.#zone.toUtc(endMs - 1);
  }
}
