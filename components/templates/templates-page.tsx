'use client';
/** Flink Templates: samples and the user's own; create a job from one, read its SQL, delete an own one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Template } from '../../server/contract/administration.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { usePages } from '../job/pages.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Empty } from '../ui/surface.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useToast } from '../ui/toast.tsx';

type Kind = 'all' | 'sample' | 'custom';

function useColumns(onView: (template: Template) => void): readonly DataColumn<Template>[] {
  const { t, f } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const dialogs = useJobDialogs();
  const { mutate: remove } = useMutation({
    mutationFn: (template: Template) => call('deleteTemplate', { params: { templateId: template.id } }),
    onError: (error) => toast({ title: errorText(error, t('common.offline')), bad: true }),
    onSuccess: (_done, template) => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast({ title: t('tpl.deleted', { name: template.name }) });
    },
  });
  return useMemo(
    () => [
      { id: 'name', header: t('tpl.name'), minWidth: 180, rowHeader: true, cell: (one) => <TemplateName template={one} onView={onView} /> },
      { id: 'type', header: t('tpl.type'), width: 92, cell: (one) => t(`type.${one.type}`) },
      {
        id: 'description',
        header: t('tpl.description'),
        minWidth: 220,
        hide: 'max-md:hidden',
        cell: (one) => <span className="text-text-2">{one.description || '--'}</span>,
      },
      { id: 'updated', header: t('tpl.updated'), width: 110, hide: 'max-lg:hidden', cell: (one) => f.time(one.updatedAt) },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 210,
        align: 'right',
        stick: 'right',
        cell: (one) => (
          <span className="inline-flex gap-3">
            <Button look="link" size="sm" onClick={() => dialogs.show({ kind: 'create', jobs: [], templateId: one.id })}>
              {t('tpl.create')}
            </Button>
            <Button
              look="link"
              size="sm"
              offReason={one.kind === 'sample' ? t('tpl.sampleOff') : null}
              aria-label={t('act.of', { act: t('tpl.delete'), name: one.name })}
              onClick={() => remove(one)}
            >
              {t('tpl.delete')}
            </Button>
          </span>
        ),
      },
    ],
    [t, f, dialogs, remove, onView],
  );
}

function TemplateName({ template, onView }: { template: Template; onView(template: Template): void }) {
  return (
    <button
      type="button"
      onClick={() => onView(template)}
      className="max-w-full truncate rounded-[3px] font-semibold hover:text-accent-text hover:underline"
    >
      {template.name}
    </button>
  );
}

export function TemplatesPage() {
  const { t } = useI18n();
  const [kind, setKind] = useState<Kind>('all');
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [shown, setShown] = useState<Template | null>(null);
  const query = { ...page, ...(kind === 'all' ? {} : { kind }) };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listTemplates', keys.templates(query), { query }));
  const columns = useColumns(setShown);
  const pager = usePages(page, data?.total, setPage);
  return (
    <>
      <PageHead title="nav.templates" />
      <Tabs
        value={kind}
        onChange={(next) => setKind(next as Kind)}
        label={t('nav.templates')}
        tabs={(['all', 'sample', 'custom'] as const).map((one) => ({ value: one, label: t(`tpl.${one}`) }))}
      />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <div className="grow bg-surface">
        <DataTable
          label={t('nav.templates')}
          columns={columns}
          rows={data?.items ?? []}
          rowId={(one) => String(one.id)}
          rowName={(one) => one.name}
          loading={isPending}
          empty={error ? null : <Empty>{t('tpl.none')}</Empty>}
        />
      </div>
      {pager}
      {shown ? (
        <Dialog
          open
          onClose={() => setShown(null)}
          title={shown.name}
          subtitle={shown.description}
          closeLabel={t('common.close')}
          width={760}
        >
          <ScrollRegion label={shown.name} className="overflow-x-auto rounded-ctl bg-sunken p-4 font-mono text-second whitespace-pre">
            {shown.sql}
          </ScrollRegion>
        </Dialog>
      ) : null}
    </>
  );
}
