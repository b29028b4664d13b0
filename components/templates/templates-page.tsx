'use client';
/** Flink Templates: samples, the users' own and restart recipes; make a job from one, look at it, edit and delete own ones, one or many. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import type { Template } from '../../server/contract/administration.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { Empty, Notice } from '../ui/surface.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useToast } from '../ui/toast.tsx';
import { useTemplateColumns } from './template-columns.tsx';

const KINDS = ['all', 'sample', 'custom', 'recipe'] as const;
type Kind = (typeof KINDS)[number];

export function TemplatesPage() {
  const { t } = useI18n();
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const kind: Kind = KINDS.find((one) => one === params.get('kind')) ?? 'all';
  const [q, setQ] = useState('');
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const query = { ...page, q: q.trim(), ...(kind === 'all' ? {} : { kind }) };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listTemplates', keys.templates(query), { query }));
  const columns = useTemplateColumns();
  const pager = usePages(page, data?.total, setPage);
  const go = (next: Kind) => {
    setPicked(new Set());
    setPage({ ...page, page: 1 });
    router.replace(next === 'all' ? path : `${path}?kind=${next}`, { scroll: false });
  };
  return (
    <>
      <PageHead title="nav.templates" actions={<CreateLink />} />
      <Tabs
        value={kind}
        onChange={(next) => go(next as Kind)}
        label={t('nav.templates')}
        tabs={KINDS.map((one) => ({ value: one, label: t(`tpl.${one}`) }))}
      />
      {kind === 'recipe' ? (
        <Notice kind="info" className="mx-(--gutter) mt-3.5">
          {t('tpl.recipeNote')}
        </Notice>
      ) : null}
      <div className="flex min-h-12 flex-wrap items-center gap-3 px-(--gutter) py-2">
        <DeletePicked picked={picked} rows={data?.items ?? []} onDone={() => setPicked(new Set())} />
        <Find
          value={q}
          onChange={(next) => {
            setQ(next);
            setPage({ ...page, page: 1 });
          }}
        />
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <div className="grow border-t border-line-1 bg-surface">
        <DataTable
          label={t('nav.templates')}
          columns={columns}
          rows={data?.items ?? []}
          rowId={(one) => String(one.id)}
          rowName={(one) => one.name}
          loading={isPending}
          selection={{
            ids: picked,
            onChange: setPicked,
            selectAllLabel: t('common.selectAll'),
            selectLabel: (name) => t('common.select', { name }),
          }}
          empty={error ? null : <Empty>{q.trim() === '' ? t('tpl.none') : t('tpl.noneMatch')}</Empty>}
        />
      </div>
      {pager}
    </>
  );
}

function Find({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useI18n();
  return (
    <span className="ml-auto w-[240px] max-w-full">
      <TextField
        label={<span className="sr-only">{t('tpl.find')}</span>}
        className="gap-0!"
        placeholder={t('tpl.find')}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </span>
  );
}

function CreateLink() {
  const { t } = useI18n();
  return (
    <ButtonLink look="primary" href="/templates/new" icon={<Plus size={15} aria-hidden="true" />}>
      {t('tpl.createTemplate')}
    </ButtonLink>
  );
}

function DeletePicked({ picked, rows, onDone }: { picked: ReadonlySet<string>; rows: readonly Template[]; onDone(): void }) {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const own = rows.filter((row) => picked.has(String(row.id)) && row.isMine);
  const remove = useMutation({
    mutationFn: async () => {
      for (const template of own) await call('deleteTemplate', { params: { templateId: template.id } });
      return own.length;
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ['templates'] }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSuccess: (n) => {
      toast({ title: t('tpl.deletedMany', { n }) });
      onDone();
    },
  });
  return (
    <>
      <Button
        icon={<Trash2 size={14} aria-hidden="true" />}
        busy={remove.isPending}
        offReason={own.length === 0 ? t('tpl.selectOff') : null}
        onClick={() => remove.mutate()}
      >
        {own.length === 0 ? t('common.delete') : t('tpl.deleteMany', { n: own.length })}
      </Button>
      <span role="status" className="text-second text-text-3">
        {picked.size > 0 ? t('tpl.selected', { n: picked.size }) : ''}
      </span>
    </>
  );
}
