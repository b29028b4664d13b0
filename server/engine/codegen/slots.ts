/**
 * What a compiled subexpression leaves behind: JavaScript expressions that hold its value in one of three forms.
 *
 *   prim   a bare value of the bool (JavaScript boolean), i32, i64 (bigint within 64 bits) or f64 lane plus a NULL test; the value of a NULL is
 *          anything of that kind, so arithmetic need not branch
 *   bytes  a range of a byte array plus a NULL test; `source` names the input column that the range lies in, if it always does
 *   value  a Value as types/value.ts says, null for NULL; `v` is a plain identifier
 */
import type { Lane } from '../types/sql-type.ts';

export type PrimLane = 'bool' | 'i32' | 'i64' | 'f64';

export interface PrimSlot {
  readonly form: 'prim';
  readonly lane: PrimLane;
  readonly v: string;
  /** A JavaScript condition; 'false' when it never is NULL. */
  readonly n: string;
}

export interface BytesSlot {
  readonly form: 'bytes';
  readonly d: string;
  readonly o: string;
  readonly l: string;
  readonly n: string;
  /** Name of the input column's variable, when the range always lies in it. */
  readonly source: string | null;
}

export interface ValueSlot {
  readonly form: 'value';
  readonly v: string;
}

export type Slot = PrimSlot | BytesSlot | ValueSlot;

export function isPrimLane(lane: Lane): lane is PrimLane {
  return lane !== 'bytes' && lane !== 'obj';
}

export const ZERO: Record<PrimLane, string> = { bool: 'false', i32: '0', i64: '0n', f64: '0' };

/** `a || b` of two NULL tests, simplified. */
export function eitherNull(...tests: readonly string[]): string {
  if (tests.includes('true')) return 'true';
  const open = [...new Set(tests)].filter((test) => test !== 'false');
  return open.length === 0 ? 'false' : open.length === 1 ? open[0] : `(${open.join(' || ')})`;
}

export function nullTestOf(slot: Slot): string {
  return slot.form === 'value' ? `(${slot.v} === null)` : slot.n;
}
