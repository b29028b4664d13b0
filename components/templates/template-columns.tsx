'use client';
/** Columns of the templates, with what can be done with a row. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Eye, FilePen, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import type { Template } from '../../server/contract/administration.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { errorText } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { Button } from '../ui/button.tsx';
import type { DataColumn } from '../ui/data-table.tsx';
import { Menu } from '../ui/menu.tsx';
import { Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export function useTemplateColumns(): readonly DataColumn<Template>[] {
  const { t, f } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('tpl.name'),
        minWidth: 170,
        rowHeader: true,
        cell: (one) => (
          <Link href={`/templates/${one.id}`} prefetch={false} className="font-semibold hover:text-accent-text hover:underline">
            {one.name}
          </Link>
        ),
      },
      { id: 'type', header: t('tpl.type'), width: 140, hide: 'max-lg:hidden', cell: (one) => <KindTag template={one} /> },
      {
        id: 'description',
        header: t('tpl.description'),
        minWidth: 260,
        hide: 'max-md:hidden',
        cell: (one) => (
          <span title={one.description} className="text-text-2">
            {one.description || '--'}
          </span>
        ),
      },
      { id: 'owner', header: t('tpl.owner'), width: 120, hide: 'max-xl:hidden', cell: (one) => one.owner?.name ?? '--' },
      { id: 'created', header: t('tpl.created'), width: 110, hide: 'max-xl:hidden', cell: (one) => f.time(one.createdAt) },
      { id: 'updated', header: t('tpl.updated'), width: 110, hide: 'max-lg:hidden', cell: (one) => f.time(one.updatedAt) },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 180,
        align: 'right',
        stick: 'right',
        cell: (one) => <RowActs template={one} />,
      },
    ],
    [t, f],
  );
}

function KindTag({ template }: { template: Template }) {
  const { t } = useI18n();
  if (template.kind === 'recipe') return <Tag hue="accent">{t('recipe.title')}</Tag>;
  return <span>{t(`type.${template.type}`)}</span>;
}

function RowActs({ template }: { template: Template }) {
  const { t, said } = useI18n();
  const router = useRouter();
  const toast = useToast();
  const client = useQueryClient();
  const dialogs = useJobDialogs();
  const onError = (error: Error) => toast({ title: errorText(error, { t, said }), bad: true });
  const remove = useMutation({
    mutationFn: () => call('deleteTemplate', { params: { templateId: template.id } }),
    onError,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast({ title: t('tpl.deleted', { name: template.name }) });
    },
  });
  const recipe = useMutation({
    mutationFn: (key: NonNullable<Template['recipe']>) => call('createRecipeJob', { params: { key } }),
    onError,
    onSuccess: ({ jobId }) => {
      void client.invalidateQueries({ queryKey: keys.jobs });
      router.push(`/jobs/${jobId}`);
    },
  });
  const { recipe: key } = template;
  return (
    <span className="inline-flex items-center justify-end gap-3">
      <Button
        look="link"
        size="sm"
        busy={recipe.isPending}
        aria-label={t('act.of', { act: key ? t('tpl.startRecipe') : t('tpl.create'), name: template.name })}
        onClick={() => (key ? recipe.mutate(key) : dialogs.show({ kind: 'create', jobs: [], templateId: template.id }))}
      >
        {key ? t('tpl.startRecipe') : t('tpl.create')}
      </Button>
      <Menu
        trigger={
          <Button look="link" size="sm" className="gap-1!" aria-label={t('act.of', { act: t('common.more'), name: template.name })}>
            {t('common.more')}
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
        }
        entries={[
          {
            key: 'edit',
            label: template.isMine ? t('tpl.edit') : t('tpl.view2'),
            icon: template.isMine ? <FilePen size={14} /> : <Eye size={14} />,
            onSelect: () => router.push(`/templates/${template.id}`),
          },
          {
            key: 'delete',
            label: t('tpl.delete'),
            icon: <Trash2 size={14} />,
            danger: true,
            offReason: template.isMine ? null : t('tpl.sampleOff'),
            onSelect: () => remove.mutate(),
          },
        ]}
      />
    </span>
  );
}
