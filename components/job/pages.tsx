'use client';
/** A pager with the console's words, for lists that keep their page in memory. It comes with the first rows, below them, and so never moves. */
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { Pager } from '../ui/pager.tsx';

export interface PageState {
  page: number;
  pageSize: number;
}
const SIZES = [10, 20, 50, 100] as const;

export function usePages(state: PageState, total: number | undefined, onChange: (state: PageState) => void): ReactNode {
  const { t, f } = useI18n();
  if (total === undefined) return null;
  const range = t('common.range', {
    from: Math.min(total, (state.page - 1) * state.pageSize + 1),
    to: Math.min(total, state.page * state.pageSize),
    total: f.full(total),
  });
  return (
    <Pager
      page={state.page}
      pageSize={state.pageSize}
      total={total}
      sizes={SIZES}
      onPage={(page) => onChange({ ...state, page })}
      onSize={(pageSize) => onChange({ page: 1, pageSize })}
      words={{
        range,
        rows: t('common.rows'),
        previous: t('common.previousPage'),
        next: t('common.nextPage'),
        page: (n) => t('common.page', { n }),
      }}
    />
  );
}
