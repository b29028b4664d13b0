'use client';
/** How this browser shows the list: order and visibility of the columns, and the height of a row. */
import { useEffect, useState } from 'react';
import { OFF_BY_DEFAULT } from './columns.tsx';

const VIEW_KEY = 'tidemark-job-list-view';

export interface ViewState {
  hidden: ReadonlySet<string>;
  compact: boolean;
  /** Ids in the wanted order; columns that are not named keep their place after those that are. */
  order: readonly string[];
}
const START: ViewState = { hidden: new Set(OFF_BY_DEFAULT), compact: false, order: [] };

export function useListView(): [ViewState, (part: Partial<ViewState>) => void] {
  const [view, setView] = useState(START);
  useEffect(() => {
    const saved = localStorage.getItem(VIEW_KEY);
    if (!saved) return;
    const { hidden, compact, order } = JSON.parse(saved) as { hidden?: string[]; compact?: boolean; order?: string[] };
    setView({ hidden: new Set(hidden ?? OFF_BY_DEFAULT), compact: compact ?? false, order: order ?? [] });
  }, []);
  const change = (part: Partial<ViewState>) => {
    const next = { ...view, ...part };
    localStorage.setItem(VIEW_KEY, JSON.stringify({ ...next, hidden: [...next.hidden] }));
    setView(next);
  };
  return [view, change];
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
