'use client';
/** The list on a phone: status pills, filters and order, cards, and two buttons at the bottom. */
import { Download, Ellipsis, ListChecks, Plus, Upload, X } from 'lucide-react';
import { useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { StatusMark } from '../job/status.tsx';
import { STATUS_TABS } from '../job/status-look.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Menu } from '../ui/menu.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty, Skeleton } from '../ui/surface.tsx';
import { AddFilter } from './filters.tsx';
import { JobCards } from './job-cards.tsx';
import { type ListView, usePagerWords } from './job-table.tsx';
import { BulkActs, SearchField } from './tool-bar.tsx';
import { PAGE_SIZES, START_STATE } from './url-state.ts';

const ORDERS = ['exposure', 'created', 'name'] as const;

export function PhoneList({
  view,
  onCreate,
  onExport,
  onImport,
}: {
  view: ListView;
  onCreate(): void;
  onExport(): void;
  onImport(): void;
}) {
  const { t } = useI18n();
  const { state, change, list, rows, selection } = view;
  const words = usePagerWords(view);
  const [selecting, setSelecting] = useState(false);
  return (
    <>
      <Pills view={view} />
      <div className="flex items-center gap-2 border-b border-line-1 px-4 py-2">
        <SearchField value={state.q} onChange={(q) => change({ q, page: 1 })} />
        <AddFilter state={state} owners={[]} onChange={change} />
        <Menu
          trigger={<Button size="sm">{t('list.sortBy')}</Button>}
          entries={ORDERS.map((one) => ({
            kind: 'choice',
            key: one,
            label: t(`list.sort.${one}`),
            checked: state.sort === one,
            onSelect: () => change({ sort: one, descending: one !== 'name', page: 1 }),
          }))}
        />
        <Menu
          trigger={
            <IconButton look="plain" label={t('list.more')}>
              <Ellipsis size={17} aria-hidden="true" />
            </IconButton>
          }
          entries={[
            { key: 'export', label: t('act.export'), icon: <Download size={15} />, onSelect: onExport },
            { key: 'import', label: t('act.import'), icon: <Upload size={15} />, onSelect: onImport },
          ]}
        />
      </div>
      {selecting ? (
        <div className="flex min-h-11 items-center gap-3 border-b border-line-1 bg-selected px-4 text-ctl">
          <span className="num font-semibold" role="status">
            {t('list.selected', { n: selection.jobs.length })}
          </span>
          {selection.jobs.length < (list.data?.total ?? 0) ? (
            <Button look="link" size="sm" busy={selection.gathering} onClick={selection.selectAll}>
              {t('list.selectAll', { n: list.data?.total ?? 0 })}
            </Button>
          ) : null}
        </div>
      ) : null}
      <div className="grow">
        {list.isPending ? <Loading /> : null}
        {list.data && rows.length === 0 ? (
          <Empty
            action={
              <Button onClick={() => change({ ...START_STATE, cols: state.cols, compact: state.compact })}>{t('list.clearFilters')}</Button>
            }
          >
            {t('list.empty')}
          </Empty>
        ) : null}
        <JobCards rows={rows} selecting={selecting} selected={selection.ids} onToggle={selection.toggle} />
        {list.data ? (
          <Pager
            page={state.page}
            pageSize={state.pageSize}
            total={list.data.total}
            sizes={PAGE_SIZES}
            onPage={(page) => change({ page })}
            onSize={(pageSize) => change({ pageSize, page: 1 })}
            words={words}
          />
        ) : null}
      </div>
      <Foot view={view} selecting={selecting} onSelecting={setSelecting} onCreate={onCreate} />
    </>
  );
}

function Foot({
  view: { selection },
  selecting,
  onSelecting,
  onCreate,
}: {
  view: ListView;
  selecting: boolean;
  onSelecting(on: boolean): void;
  onCreate(): void;
}) {
  const { t } = useI18n();
  return (
    <div className="sticky bottom-0 z-20 flex gap-2 border-t border-line-1 bg-surface px-4 py-2.5">
      {selecting ? (
        <>
          <BulkActs selected={selection.jobs} />
          <Button
            look="quiet"
            icon={<X size={15} aria-hidden="true" />}
            className="ml-auto min-h-11"
            onClick={() => {
              onSelecting(false);
              selection.setIds(new Set());
            }}
          >
            {t('list.clear')}
          </Button>
        </>
      ) : (
        <>
          <Button
            icon={<ListChecks size={16} aria-hidden="true" />}
            className="min-h-11 grow justify-center"
            onClick={() => onSelecting(true)}
          >
            {t('list.select')}
          </Button>
          <Button look="primary" icon={<Plus size={16} aria-hidden="true" />} className="min-h-11 grow justify-center" onClick={onCreate}>
            {t('list.create')}
          </Button>
        </>
      )}
    </div>
  );
}

function Pills({ view }: { view: ListView }) {
  const { t, f } = useI18n();
  const { state, change, list } = view;
  const counts = new Map(list.data?.counts.map((one) => [one.status, one.count]));
  const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const pill = (on: boolean) =>
    cx(
      'flex h-10 shrink-0 items-center gap-2 rounded-full border px-4 text-ctl font-medium',
      on ? 'border-accent bg-accent text-on-accent' : 'border-line-2 bg-surface',
    );
  return (
    <div className="flex gap-2 overflow-x-auto border-b border-line-1 bg-surface px-4 py-2.5 [scrollbar-width:none]">
      <button
        type="button"
        aria-pressed={state.status.length === 0}
        className={pill(state.status.length === 0)}
        onClick={() => change({ status: [], page: 1 })}
      >
        {t('list.all')} <span className="num">{f.count(all)}</span>
      </button>
      {STATUS_TABS.map((status) => {
        const on = state.status.length === 1 && state.status[0] === status;
        return (
          <button key={status} type="button" aria-pressed={on} className={pill(on)} onClick={() => change({ status: [status], page: 1 })}>
            {on ? null : <StatusMark status={status} />}
            {t(`status.${status}`)} <span className="num">{f.count(counts.get(status) ?? 0)}</span>
          </button>
        );
      })}
    </div>
  );
}

function Loading() {
  return ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
    <div key={key} className="flex flex-col gap-2 border-b border-line-1 bg-surface px-4 py-4">
      <Skeleton width="60%" />
      <Skeleton width="85%" />
    </div>
  ));
}
