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

const exportUrl = (query: Record<string, string>): string => `/api/v1/audit/export?${new URLSearchParams(query)}`;

export function AuditPage() {
  const { t } = useI18n();
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [who, setWho] = useState('');
  const [object, setObject] = useState('');
  const [result, setResult] = useState<Result>('');
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const filters = { ...(who ? { who } : {}), ...(object ? { object } : {}), ...(result ? { result } : {}) };
  const query = { ...page, ...filters };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAudit', keys.audit(query), { query }));
  const columns = useColumns(setShown);
  const pager = usePages(page, data?.total, setPage);
  const input = (label: string, value: string, set: (text: string) => void) => (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => set(event.target.value)}
      className={`${CONTROL} max-w-[200px]`}
    />
  );
  return (
    <>
      <PageHead title="nav.audit" />
      <div className="flex flex-wrap items-center gap-2 border-b border-line-1 px-(--gutter) pb-3 max-md:pt-3">
        {input(t('audit.who'), who, setWho)}
        {input(t('audit.object'), object, setObject)}
        <span className="w-[150px]">
          <SelectField<Result>
            hideLabel
            label={t('audit.result')}
            value={result}
            onChange={setResult}
            options={[
              { value: '' as Result, label: t('audit.allResults') },
              ...(['done', 'refused', 'failed'] as const).map((one) => ({ value: one as Result, label: t(`audit.result.${one}`) })),
            ]}
          />
        </span>
        <span className="ml-auto flex gap-3 text-ctl">
          {(['csv', 'jsonl'] as const).map((format) => (
            <a key={format} className="link" download href={exportUrl({ ...filters, format })}>
              {t(`audit.export.${format}`)}
            </a>
          ))}
        </span>
      </div>
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
