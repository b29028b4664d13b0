'use client';
/** Global variables: value, who names them, which running jobs still have another value; made, changed and deleted by administrators. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { GlobalVariable } from '../../server/contract/global-variables.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ConfirmDelete } from '../job/confirm-delete.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty, Skeleton, Tag } from '../ui/surface.tsx';
import { VariableDialog, VariableUsersDialog } from './variable-dialogs.tsx';

type Opened = { readonly act: 'new' } | { readonly act: 'edit' | 'users' | 'delete'; readonly variable: GlobalVariable };

export function VariablesCard() {
  const { t } = useI18n();
  const isAdmin = useIsAdmin();
  const [opened, setOpened] = useState<Opened | null>(null);
  const { data, error, refetch } = useQuery(routeQuery('listGlobalVariables', keys.variables, {}));
  const off = isAdmin ? null : t('common.adminOnly');
  const close = () => setOpened(null);
  return (
    <Card
      title={t('var.title')}
      flush
      actions={
        <Button size="sm" offReason={off} onClick={() => setOpened({ act: 'new' })}>
          {t('var.new')}
        </Button>
      }
    >
      <p className="max-w-[720px] px-[18px] pt-1 pb-3 text-second text-text-3">{t('var.note', { name: '{{name}}' })}</p>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      {!error && !data ? <Skeleton height={148} /> : null}
      {data ? <Table variables={data.variables} off={off} open={setOpened} /> : null}
      {opened?.act === 'new' ? <VariableDialog variable={null} onClose={close} /> : null}
      {opened?.act === 'edit' ? <VariableDialog variable={opened.variable} onClose={close} /> : null}
      {opened?.act === 'users' ? <VariableUsersDialog variable={opened.variable} onClose={close} /> : null}
      {opened?.act === 'delete' ? (
        <ConfirmDelete
          title={t('var.delete', { name: opened.variable.name })}
          note={t('var.deleteNote')}
          deleted={t('var.deleted', { name: opened.variable.name })}
          queryKey={keys.variables}
          remove={() => call('deleteGlobalVariable', { params: { id: opened.variable.id } })}
          onClose={close}
        />
      ) : null}
    </Card>
  );
}

function Table({ variables, off, open }: { variables: readonly GlobalVariable[]; off: string | null; open(opened: Opened): void }) {
  const { t, f } = useI18n();
  return (
    <PlainTable
      label={t('var.title')}
      minWidth={760}
      head={[
        { key: 'name', text: t('var.name') },
        { key: 'value', text: t('var.value') },
        { key: 'used', text: t('var.usedBy'), width: 190 },
        { key: 'updated', text: t('var.updated'), width: 190 },
        { key: 'act', text: t('col.operation'), align: 'right', width: 140 },
      ]}
      rows={variables.map((variable) => ({
        key: variable.id,
        cells: [
          <span key="n" className="flex min-w-0 flex-col py-1">
            <span className="font-mono text-second font-semibold">{variable.name}</span>
            {variable.description ? <span className="text-second text-text-3">{variable.description}</span> : null}
          </span>,
          <span key="v" className="font-mono text-second break-all">
            {variable.value}
          </span>,
          <UsedBy key="u" variable={variable} open={open} />,
          <span key="t" className="text-second text-text-2">
            {f.time(variable.updatedAt)} · {variable.updatedBy}
          </span>,
          <span key="a" className="inline-flex gap-3">
            <Button
              look="link"
              size="sm"
              offReason={off}
              aria-label={t('act.of', { act: t('act.edit'), name: variable.name })}
              onClick={() => open({ act: 'edit', variable })}
            >
              {t('act.edit')}
            </Button>
            <Button
              look="link"
              size="sm"
              offReason={off ?? (variable.usedBy > 0 ? t('var.deleteOff', { n: variable.usedBy }) : null)}
              aria-label={t('act.of', { act: t('common.delete'), name: variable.name })}
              onClick={() => open({ act: 'delete', variable })}
            >
              {t('common.delete')}
            </Button>
          </span>,
        ],
      }))}
      empty={<Empty>{t('var.empty')}</Empty>}
    />
  );
}

function UsedBy({ variable, open }: { variable: GlobalVariable; open(opened: Opened): void }) {
  const { t } = useI18n();
  if (variable.usedBy === 0) return <span className="text-text-3">--</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <Button
        look="link"
        size="sm"
        aria-label={t('act.of', { act: t('var.jobs', { n: variable.usedBy }), name: variable.name })}
        onClick={() => open({ act: 'users', variable })}
      >
        {t('var.jobs', { n: variable.usedBy })}
      </Button>
      {variable.stale > 0 ? <Tag hue="warn">{t('var.stale', { n: variable.stale })}</Tag> : null}
    </span>
  );
}
