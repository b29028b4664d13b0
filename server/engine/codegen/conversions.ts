/** From one form of slot to another. */
import { laneOf, type SqlType } from '../types/sql-type.ts';
import { isBinary, isTimestamp } from '../types/type-families.ts';
import type { Emitter } from './emitter.ts';
import { isPrimLane, type PrimSlot, type Slot, type ValueSlot, ZERO } from './slots.ts';

/** As a bare value of the type's lane; only for types with a prim lane. */
export function toPrim(emitter: Emitter, slot: Slot, type: SqlType): PrimSlot {
  if (slot.form === 'prim') return slot;
  const lane = laneOf(type);
  if (slot.form === 'bytes' || !isPrimLane(lane)) throw new Error(`${type.kind} has no bare lane`);
  const n = emitter.constant(`${slot.v} === null`);
  const bare = isTimestamp(type) ? `h.coarse(${slot.v})` : slot.v;
  const v = lane === 'bool' ? emitter.constant(`${slot.v} === true`) : emitter.constant(`${n} ? ${ZERO[lane]} : ${bare}`);
  return { form: 'prim', lane, v, n };
}

/** As a Value in a variable. */
export function toValue(emitter: Emitter, slot: Slot, type: SqlType): ValueSlot {
  if (slot.form === 'value') return slot;
  const bare = slot.form === 'prim' ? slot.v : `${isBinary(type) ? 'h.bytesAt' : 'h.textAt'}(${slot.d}, ${slot.o}, ${slot.l})`;
  return { form: 'value', v: emitter.constant(slot.n === 'false' ? bare : slot.n === 'true' ? 'null' : `${slot.n} ? null : ${bare}`) };
}
