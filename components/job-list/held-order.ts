'use client';
/**
 * Nothing moves under the hand: while pointer or focus is inside the table the rows keep their places. Their cells go on changing; rows that are
 * gone leave; a new order and new rows wait until they are asked for or until the hand has left.
 */
import { type FocusEvent, useRef, useState } from 'react';

interface Held {
  view: string;
  ids: readonly string[];
}

/** Rows in the held order, and how many of the newest answer stand elsewhere or are not shown. */
export function heldRows<T>(rows: readonly T[], idOf: (row: T) => string, held: readonly string[]): { shown: T[]; changed: number } {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  const shown = held.flatMap((id) => byId.get(id) ?? []);
  const changed = rows.filter((row, index) => shown[index] === undefined || idOf(shown[index]) !== idOf(row)).length;
  return { shown, changed };
}

/** `view`: what the rows answer to (filter, sort, page): another one is shown at once. */
export function useHeldOrder<T>(rows: readonly T[], idOf: (row: T) => string, view: string, isOfView: boolean) {
  const [inside, setInside] = useState({ pointer: false, focus: false });
  const [, redraw] = useState(0);
  const held = useRef<Held>({ view: '', ids: [] });
  const isHeld = (inside.pointer || inside.focus) && (held.current.view === view || !isOfView) && held.current.ids.length > 0;
  if (!isHeld) held.current = { view: isOfView ? view : held.current.view, ids: rows.map(idOf) };
  const { shown, changed } = heldRows(rows, idOf, held.current.ids);
  return {
    rows: shown,
    changed,
    apply: () => {
      held.current = { view, ids: rows.map(idOf) };
      redraw((n) => n + 1);
    },
    /** For the element around the table. */
    hand: {
      onPointerEnter: () => setInside((before) => ({ ...before, pointer: true })),
      onPointerLeave: () => setInside((before) => ({ ...before, pointer: false })),
      onFocus: () => setInside((before) => ({ ...before, focus: true })),
      onBlur: (event: FocusEvent<HTMLElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setInside((before) => ({ ...before, focus: false }));
      },
    },
  };
}
