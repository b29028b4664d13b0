'use client';
/** Audit: who did what to what, from where, with what result; before and after on demand. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AuditEntry } from '../../server/contract/administration.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { CONTROL } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Empty, Facts, Tag } from '../ui/surface.tsx';

const HUE = { done: 'ok', refused: 'warn', failed: 'bad' } as const;
type Result = keyof typeof HUE | '';
const HOUR_MS = 3_600_000;
const SINCE_HOURS = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
type Since = keyof typeof SINCE_HOURS | '';

/** Filters as people set them; `fromMs` is worked out when the range is chosen, so that it stands still while pages are turned. */
interface AuditFilter {
  who: string;
  action: string;
  object: string;
  result: Result;
  since: Since;
  fromMs: number | null;
}
const NO_FILTER: AuditFilter = { who: '', action: '', object: '', result: '', since: '', fromMs: null };

function queryOf({ who, action, object, result, fromMs }: AuditFilter) {
  return {
    ...(who ? { who } : {}),
    ...(action ? { action } : {}),
    ...(object ? { object } : {}),
    ...(result ? { result } : {}),
    ...(fromMs === null ? {} : { from: fromMs }),
  };
}

function useColumns(onShow: (entry: AuditEntry) => void): readonly DataColumn<AuditEntry>[] {
  const { t, f } = useI18n();
  return useMemo(
    () => [
      { id: 'time', header: t('audit.time'), width: 168, cell: (one) => <span title={f.precise(one.at)}>{f.exact(one.at)}</span> },
      { id: 'who', header: t('audit.who'), width: 170, cell: (one) => one.who },
      {
        id: 'action',
        header: t('audit.action'),
        minWidth: 160,
        rowHeader: true,
        cell: (one) => <span className="font-mono text-second">{one.action}</span>,
      },
      { id: 'object', header: t('audit.object'), minWidth: 160, cell: (one) => one.objectName || one.objectId || '--' },
      { id: 'from', header: t('audit.from'), width: 150, hide: 'max-lg:hidden', cell: (one) => `${one.from} · ${one.via}` },
      {
        id: 'result',
        header: t('audit.result'),
        width: 100,
        cell: (one) => <Tag hue={HUE[one.result]}>{t(`audit.result.${one.result}`)}</Tag>,
      },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 170,
        align: 'right',
        stick: 'right',
        cell: (one) => (
          <Button look="link" size="sm" onClick={() => onShow(one)}>
            {t('audit.details')}
          </Button>
        ),
      },
    ],
    [t, f, onShow],
  );
}

const exportUrl = (query: Record<string, string | number>): string =>
  `/api/v1/audit/export?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

function Filters({ filter, onChange }: { filter: AuditFilter; onChange(part: Partial<AuditFilter>): void }) {
  const { t } = useI18n();
  const exported = queryOf(filter);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line-1 px-(--gutter) pb-3 max-md:pt-3">
      {(['who', 'action', 'object'] as const).map((name) => (
        <input
          key={name}
          type="search"
          aria-label={t(`audit.${name}`)}
          placeholder={t(`audit.${name}`)}
          value={filter[name]}
          onChange={(event) => onChange({ [name]: event.target.value })}
          className={`${CONTROL} max-w-[170px]`}
        />
      ))}
      <span className="w-[140px]">
        <SelectField<Since>
          hideLabel
          label={t('audit.time')}
          value={filter.since}
          onChange={(since) => onChange({ since, fromMs: since === '' ? null : Date.now() - SINCE_HOURS[since] * HOUR_MS })}
          options={(['', '1h', '24h', '7d', '30d'] as const).map((one) => ({
            value: one as Since,
            label: t(one === '' ? 'audit.since.any' : `audit.since.${one}`),
          }))}
        />
      </span>
      <span className="w-[140px]">
        <SelectField<Result>
          hideLabel
          label={t('audit.result')}
          value={filter.result}
          onChange={(result) => onChange({ result })}
          options={[
            { value: '' as Result, label: t('audit.allResults') },
            ...(['done', 'refused', 'failed'] as const).map((one) => ({ value: one as Result, label: t(`audit.result.${one}`) })),
          ]}
        />
      </span>
      <span className="ml-auto flex gap-3 text-ctl">
        {(['csv', 'jsonl'] as const).map((format) => (
          <a key={format} className="link" download href={exportUrl({ ...exported, format })}>
            {t(`audit.export.${format}`)}
          </a>
        ))}
      </span>
    </div>
  );
}

export function AuditPage() {
  const { t } = useI18n();
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [filter, setFilter] = useState(NO_FILTER);
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const query = { ...page, ...queryOf(filter) };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAudit', keys.audit(query), { query }));
  const columns = useColumns(setShown);
  const pager = usePages(page, data?.total, setPage);
  const change = (part: Partial<AuditFilter>) => {
    setFilter((before) => ({ ...before, ...part }));
    setPage((before) => ({ ...before, page: 1 }));
  };
  return (
    <>
      <PageHead title="nav.audit" />
      <Filters filter={filter} onChange={change} />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <div className="grow bg-surface">
        <DataTable
          label={t('nav.audit')}
          density="compact"
          columns={columns}
          rows={data?.items ?? []}
          rowId={(one) => String(one.id)}
          rowName={(one) => one.action}
          loading={isPending}
          empty={error ? null : <Empty>{t('audit.none')}</Empty>}
        />
      </div>
      {pager}
      {shown ? <Entry entry={shown} onClose={() => setShown(null)} /> : null}
    </>
  );
}

function Entry({ entry, onClose }: { entry: AuditEntry; onClose(): void }) {
  const { t, f, said } = useI18n();
  return (
    <Dialog
      open
      onClose={onClose}
      title={<span className="font-mono">{entry.action}</span>}
      subtitle={said(entry.said, entry.message)}
      closeLabel={t('common.close')}
      width={860}
    >
      <Facts
        columns={2}
        items={[
          { label: t('audit.time'), value: f.precise(entry.at) },
          { label: t('audit.who'), value: entry.who },
          { label: t('audit.object'), value: `${entry.objectType} ${entry.objectName}` },
          { label: t('audit.from'), value: `${entry.from} · ${entry.via}` },
          { label: t('common.requestId', { id: '' }), value: entry.requestId, mono: true },
        ]}
      />
      <div className="mt-4 grid gap-3 md:grid-cols-2">
        {(['before', 'after'] as const).map((side) => (
          <div key={side} className="min-w-0">
            <h2 className="mb-1 text-hint text-text-3">{t(`audit.${side}`)}</h2>
            <pre className="max-h-[320px] overflow-auto rounded-ctl bg-sunken p-3 font-mono text-hint">
              {entry[side] === null ? '--' : JSON.stringify(entry[side], null, 2)}
            </pre>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
