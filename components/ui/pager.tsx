'use client';
/** Foot of a table: range, rows a page, page numbers. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { cx } from './class-names.ts';
import { Menu } from './menu.tsx';

export interface PagerWords {
  range: string;
  rows: string;
  previous: string;
  next: string;
  page(n: number): string;
}

/** First, last and the neighbours; null = gap. */
export function pageNumbers(page: number, last: number): (number | null)[] {
  const wanted = [...new Set([1, page - 1, page, page + 1, last])].filter((n) => n >= 1 && n <= last).sort((a, b) => a - b);
  return wanted.flatMap((n, index) => (index > 0 && n - wanted[index - 1]! > 1 ? [null, n] : [n]));
}

export function Pager({
  page,
  pageSize,
  total,
  sizes,
  onPage,
  onSize,
  words,
}: {
  page: number;
  pageSize: number;
  total: number;
  sizes: readonly number[];
  onPage(page: number): void;
  onSize(size: number): void;
  words: PagerWords;
}) {
  const last = Math.max(1, Math.ceil(total / pageSize));
  const step = 'grid size-7 place-items-center rounded-ctl hover:bg-hover aria-disabled:text-text-off coarse:size-11';
  return (
    <div className="num flex min-h-12 flex-wrap items-center gap-3 border-t border-line-1 bg-surface px-(--gutter) text-ctl">
      <span className="grow text-text-2" role="status">
        {words.range}
      </span>
      <Menu
        minWidth={90}
        trigger={
          <button type="button" className="flex h-7 items-center gap-1.5 rounded-ctl px-2 text-text-2 hover:bg-hover">
            {words.rows} <span className="font-semibold text-text-1">{pageSize}</span>
          </button>
        }
        entries={sizes.map((size) => ({
          kind: 'choice',
          key: String(size),
          label: String(size),
          checked: size === pageSize,
          onSelect: () => onSize(size),
        }))}
      />
      <span className="flex items-center gap-0.5">
        <button
          type="button"
          aria-label={words.previous}
          aria-disabled={page <= 1}
          onClick={() => page > 1 && onPage(page - 1)}
          className={step}
        >
          <ChevronLeft size={16} aria-hidden="true" />
        </button>
        {pageNumbers(page, last).map((n, index) =>
          n === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: gaps have no identity.
            <span key={`gap-${index}`} className="px-1 text-text-3">
              …
            </span>
          ) : (
            <button
              key={n}
              type="button"
              aria-label={words.page(n)}
              aria-current={n === page ? 'page' : undefined}
              onClick={() => onPage(n)}
              className={cx(step, n === page && 'bg-accent-soft font-semibold text-accent-text')}
            >
              {n}
            </button>
          ),
        )}
        <button
          type="button"
          aria-label={words.next}
          aria-disabled={page >= last}
          onClick={() => page < last && onPage(page + 1)}
          className={step}
        >
          <ChevronRight size={16} aria-hidden="true" />
        </button>
      </span>
    </div>
  );
}
