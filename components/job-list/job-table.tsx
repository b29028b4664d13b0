'use client';
/** Tool bar, table and pager of the list on wide screens. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { JobSummary, ListJobsAnswer } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty } from '../ui/surface.tsx';
import { ColumnPanel } from './column-panel.tsx';
import { useColumns } from './columns.tsx';
import { AddFilter, FilterChips, useChips } from './filters.tsx';
import { useHeldOrder } from './held-order.ts';
import { ordered, useListView, type ViewState } from './list-view.ts';
import { useRowKeys } from './row-keys.ts';
import { BulkActs, DensityButton, SearchField, SelectionBar } from './tool-bar.tsx';
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
    /** Selects what all pages of the filter hold. */
    selectAll(): void;
    gathering: boolean;
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

/** Who owns the rows on screen, each once. */
function useOwners(rows: readonly JobSummary[]): JobSummary['owner'][] {
  return useMemo(() => [...new Map(rows.map((row) => [row.owner.id, row.owner])).values()], [rows]);
}

export function JobTable({ view }: { view: ListView }) {
  const { t } = useI18n();
  const { state, change, list, selection } = view;
  const [look, setLook] = useListView(state, change);
  const [menuOf, setMenuOf] = useState<number | null>(null);
  const all = useColumns(look.compact, !look.hidden.has('description'), menuOf, setMenuOf);
  const columns = useMemo(() => ordered(all, look.order), [all, look.order]);
  const held = useHeldOrder(view.rows, (job) => String(job.id), JSON.stringify(state), !list.isPlaceholderData);
  const { rows } = held;
  const keys = useRowKeys(rows, selection.toggle, setMenuOf);
  const owners = useOwners(rows);
  const chips = useChips(state, owners, view.isAdmin);
  const choices = columns.filter((column) => column.id !== 'operation').map((column) => ({ id: column.id, label: String(column.header) }));
  return (
    <>
      <SelectionBar
        selected={selection.jobs}
        total={list.data?.total ?? 0}
        onAll={selection.selectAll}
        gathering={selection.gathering}
        onClear={() => selection.setIds(new Set())}
      >
        <BulkActs selected={[]} />
        <span className="mx-1.5 h-5 w-px bg-line-2" />
        <FilterChips chips={chips} onChange={change} />
        <AddFilter state={state} owners={owners} onChange={change} />
        <span className="ml-auto flex items-center gap-2">
          <SearchField value={state.q} onChange={(q) => change({ q, page: 1 })} />
          <ColumnPanel columns={choices} view={look} onView={setLook} />
          <DensityButton compact={look.compact} onCompact={(compact) => setLook(density(look, compact))} />
        </span>
      </SelectionBar>
      <div className="grow bg-surface" data-job-rows {...held.hand}>
        <DataTable
          label={t('list.label')}
          columns={columns}
          rows={rows}
          rowId={(job) => String(job.id)}
          rowName={(job) => job.name}
          density={look.compact ? 'compact' : 'comfortable'}
          sort={`${state.descending ? '-' : ''}${state.sort}`}
          onSort={(sort) => change({ sort: sort.replace(/^-/, '') as ListState['sort'], descending: sort.startsWith('-'), page: 1 })}
          selection={{
            ids: selection.ids,
            onChange: selection.setIds,
            selectAllLabel: t('common.selectAll'),
            selectLabel: (name) => t('common.select', { name }),
          }}
          hidden={look.hidden}
          current={keys.current}
          onRowPointer={keys.setCurrent}
          loading={list.isLoading || list.isPending}
          skeletonRows={10}
          empty={list.error ? null : <NoRows view={view} />}
        />
      </div>
      <TableFoot view={view} changed={held.changed} onApply={held.apply} />
    </>
  );
}

function NoRows({ view: { state, change } }: { view: ListView }) {
  const { t } = useI18n();
  const clear = () => change({ ...START_STATE, cols: state.cols, compact: state.compact });
  return <Empty action={<Button onClick={clear}>{t('list.clearFilters')}</Button>}>{t('list.empty')}</Empty>;
}

/** A low row has no second line: there the description gets a column of its own. */
function density(look: ViewState, compact: boolean): Partial<ViewState> {
  const hidden = new Set(look.hidden);
  if (compact) hidden.delete('description');
  else hidden.add('description');
  return { compact, hidden };
}

/** Pager; above it, without moving anything, the offer to show the order that waits. */
function TableFoot({ view, changed, onApply }: { view: ListView; changed: number; onApply(): void }) {
  const { t } = useI18n();
  const { state, change, list } = view;
  return (
    <div className="sticky bottom-0 z-10">
      {changed > 0 ? (
        <div className="absolute inset-x-0 -top-11 flex justify-center">
          <span role="status" className="flex items-center gap-2.5 rounded-full bg-raised py-1 pr-1 pl-3.5 text-ctl shadow-2">
            {t('list.orderChanged', { n: changed })}
            <Button size="sm" onClick={onApply}>
              {t('list.apply')}
            </Button>
          </span>
        </div>
      ) : null}
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
