'use client';
/**
 * How the list is shown: order and visibility of the columns, and the height of a row. What the user chooses is kept in this browser and, where it is not
 * the plain view, in the address, which wins: a sent link shows the same columns.
 */
import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { COLUMN_IDS, OFF_BY_DEFAULT } from './columns.tsx';
import type { ListState } from './url-state.ts';

const VIEW_KEY = 'tidemark-job-list-view';

export interface ViewState {
  hidden: ReadonlySet<string>;
  compact: boolean;
  /** Ids in the wanted order; columns that are not named keep their place after those that are. */
  order: readonly string[];
}
const START: ViewState = { hidden: new Set(OFF_BY_DEFAULT), compact: false, order: [] };

/** The view an address asks for, over the one this browser keeps. Ids it does not know are passed over; the name is always there. */
export function viewOf(kept: ViewState, { cols, compact }: Pick<ListState, 'cols' | 'compact'>): ViewState {
  const height = { compact: compact ?? kept.compact };
  const order = cols?.filter((id) => COLUMN_IDS.some((known) => known === id));
  if (!order || order.length === 0) return { ...kept, ...height };
  return { ...height, order, hidden: new Set(COLUMN_IDS.filter((id) => id !== 'name' && !order.includes(id))) };
}

/** What the address says of a view; null where it is the plain one. */
export function addressOf(view: ViewState): Pick<ListState, 'cols' | 'compact'> {
  const isPlain =
    view.order.length === 0 && view.hidden.size === OFF_BY_DEFAULT.length && OFF_BY_DEFAULT.every((id) => view.hidden.has(id));
  const inOrder = [...view.order, ...COLUMN_IDS.filter((id) => !view.order.includes(id))];
  return { cols: isPlain ? null : inOrder.filter((id) => !view.hidden.has(id)), compact: view.compact ? true : null };
}

export function useListView(state: ListState, change: (part: Partial<ListState>) => void): [ViewState, (part: Partial<ViewState>) => void] {
  const { density } = useI18n();
  const isCompact = density === 'compact';
  const [kept, setKept] = useState({ ...START, compact: isCompact });
  useEffect(() => {
    const saved = localStorage.getItem(VIEW_KEY);
    if (!saved) return;
    const { hidden, compact, order } = JSON.parse(saved) as { hidden?: string[]; compact?: boolean; order?: string[] };
    setKept({ hidden: new Set(hidden ?? OFF_BY_DEFAULT), compact: compact ?? isCompact, order: order ?? [] });
  }, [isCompact]);
  const view = viewOf(kept, state);
  const set = (part: Partial<ViewState>) => {
    const next = { ...view, ...part };
    localStorage.setItem(VIEW_KEY, JSON.stringify({ ...next, hidden: [...next.hidden] }));
    setKept(next);
    change(addressOf(next));
  };
  return [view, set];
}

/** Columns in the wanted order; the last one (the acts) stays the last. */
export function ordered<C extends { id: string }>(columns: readonly C[], order: readonly string[]): C[] {
  const place = (column: C, index: number) => {
    if (index === columns.length - 1) return Number.POSITIVE_INFINITY;
    const at = order.indexOf(column.id);
    return at < 0 ? columns.length + index : at;
  };
  return columns
    .map((column, index) => ({ column, at: place(column, index) }))
    .sort((a, b) => a.at - b.at)
    .map(({ column }) => column);
}
