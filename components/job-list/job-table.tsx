'use client';
/** Tool bar, table and pager of the list on wide screens. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { JobSummary, ListJobsAnswer } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty } from '../ui/surface.tsx';
import { OFF_BY_DEFAULT, useColumns } from './columns.tsx';
import { AddFilter, FilterChips, useChips } from './filters.tsx';
import { useRowKeys } from './row-keys.ts';
import { BulkActs, SearchField, SelectionBar, ViewMenu } from './tool-bar.tsx';
import { type ListState, PAGE_SIZES, START_STATE } from './url-state.ts';

export interface ListView {
  state: ListState;
  change(part: Partial<ListState>): void;
  list: UseQueryResult<ListJobsAnswer>;
  rows: readonly JobSummary[];
  selection: {
    ids: ReadonlySet<string>;
    jobs: readonly JobSummary[];
    setIds(ids: ReadonlySet<string>): void;
    toggle(job: JobSummary): void;
  };
  isAdmin: boolean;
}

export function usePagerWords(view: ListView) {
  const { t, f } = useI18n();
  const { state, list } = view;
  const total = list.data?.total;
  return {
    range:
      total === undefined
        ? t('common.rangeLoading', { size: state.pageSize })
        : t('common.range', {
            from: Math.min(total, (state.page - 1) * state.pageSize + 1),
            to: Math.min(total, state.page * state.pageSize),
            total: f.full(total),
          }),
    rows: t('common.rows'),
    previous: t('common.previousPage'),
    next: t('common.nextPage'),
    page: (n: number) => t('common.page', { n }),
  };
}

const VIEW_KEY = 'tidemark-job-list-view';

/** Columns hidden and row height, kept in this browser. */
function useView() {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set<string>(OFF_BY_DEFAULT));
  const [compact, setCompact] = useState(false);
  useEffect(() => {
    const saved = localStorage.getItem(VIEW_KEY);
    if (!saved) return;
    const view = JSON.parse(saved) as { hidden?: string[]; compact?: boolean };
    setHidden(new Set(view.hidden ?? OFF_BY_DEFAULT));
    setCompact(view.compact ?? false);
  }, []);
  const save = (next: { hidden: ReadonlySet<string>; compact: boolean }) => {
    localStorage.setItem(VIEW_KEY, JSON.stringify({ hidden: [...next.hidden], compact: next.compact }));
    setHidden(next.hidden);
    setCompact(next.compact);
  };
  return { hidden, compact, save };
}

export function JobTable({ view }: { view: ListView }) {
  const { t } = useI18n();
  const { state, change, list, rows, selection } = view;
  const { hidden, compact, save } = useView();
  const [menuOf, setMenuOf] = useState<number | null>(null);
  const columns = useColumns(compact, menuOf, setMenuOf);
  const keys = useRowKeys(rows, selection.toggle, setMenuOf);
  const owners = useMemo(() => [...new Map(rows.map((row) => [row.owner.id, row.owner])).values()], [rows]);
  const chips = useChips(state, owners, view.isAdmin);
  const choices = columns
    .filter((column) => column.id !== 'name' && column.id !== 'operation')
    .map((column) => ({ id: column.id, label: String(column.header) }));
  return (
    <>
      <SelectionBar selected={selection.jobs} onClear={() => selection.setIds(new Set())}>
        <BulkActs selected={[]} />
        <span className="mx-1.5 h-5 w-px bg-line-2" />
        <FilterChips chips={chips} onChange={change} />
        <AddFilter state={state} owners={owners} onChange={change} />
        <span className="ml-auto flex items-center gap-2">
          <SearchField value={state.q} onChange={(q) => change({ q, page: 1 })} />
          <ViewMenu
            columns={choices}
            hidden={hidden}
            onHidden={(next) => save({ hidden: next, compact })}
            compact={compact}
            onCompact={(next) => save({ hidden, compact: next })}
          />
        </span>
      </SelectionBar>
      <div className="grow bg-surface" data-job-rows>
        <DataTable
          label={t('list.label')}
          columns={columns}
          rows={rows}
          rowId={(job) => String(job.id)}
          rowName={(job) => job.name}
          density={compact ? 'compact' : 'comfortable'}
          sort={`${state.descending ? '-' : ''}${state.sort}`}
          onSort={(sort) => change({ sort: sort.replace(/^-/, '') as ListState['sort'], descending: sort.startsWith('-'), page: 1 })}
          selection={{
            ids: selection.ids,
            onChange: selection.setIds,
            selectAllLabel: t('common.selectAll'),
            selectLabel: (name) => t('common.select', { name }),
          }}
          hidden={hidden}
          current={keys.current}
          onRowPointer={keys.setCurrent}
          loading={list.isLoading || list.isPending}
          skeletonRows={10}
          empty={
            list.error ? null : (
              <Empty action={<Button onClick={() => change({ ...START_STATE })}>{t('list.clearFilters')}</Button>}>{t('list.empty')}</Empty>
            )
          }
        />
      </div>
      <TableFoot view={view} />
    </>
  );
}

function TableFoot({ view }: { view: ListView }) {
  const { state, change, list } = view;
  return (
    <div className="sticky bottom-0 z-10">
      <Pager
        page={state.page}
        pageSize={state.pageSize}
        total={list.data?.total ?? 0}
        sizes={PAGE_SIZES}
        onPage={(page) => change({ page })}
        onSize={(pageSize) => change({ pageSize, page: 1 })}
        words={usePagerWords(view)}
      />
    </div>
  );
}
