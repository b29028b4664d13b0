'use client';
/** Channels: where they lead, what came of their last notice, a test that shows the real answer. Secrets are never shown. */
import { useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { AlarmChannel } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ConfirmDelete } from '../job/confirm-delete.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Empty, Tag } from '../ui/surface.tsx';
import { ChannelDialog } from './channel-dialog.tsx';
import { ChannelTest } from './channel-test.tsx';
import type { Making } from './making.ts';

interface Acts {
  onTest(channel: AlarmChannel): void;
  onEdit(channel: AlarmChannel): void;
  onDelete(channel: AlarmChannel): void;
}

const whereTo = (target: AlarmChannel['target']): string =>
  target.kind === 'email' ? `${target.to.join(', ')} · ${target.host}:${target.port}` : target.host;

function useColumns(acts: Acts): readonly DataColumn<AlarmChannel>[] {
  const { t, f, said } = useI18n();
  const isAdmin = useIsAdmin();
  return useMemo(() => {
    const off = isAdmin ? null : t('common.adminOnly');
    const act = (label: string, one: AlarmChannel, run: (channel: AlarmChannel) => void, reason = off) => (
      <Button look="link" size="sm" offReason={reason} aria-label={t('act.of', { act: label, name: one.name })} onClick={() => run(one)}>
        {label}
      </Button>
    );
    return [
      {
        id: 'name',
        header: t('channel.name'),
        minWidth: 150,
        rowHeader: true,
        cell: (one) => <span className="font-semibold">{one.name}</span>,
      },
      { id: 'kind', header: t('channel.kind'), width: 130, cell: (one) => t(`channel.kind.${one.target.kind}`) },
      {
        id: 'target',
        header: t('channel.target'),
        minWidth: 200,
        cell: (one) => (
          <span className="inline-flex max-w-full items-center gap-2">
            <span className="truncate font-mono text-second" title={whereTo(one.target)}>
              {whereTo(one.target)}
            </span>
            {one.target.kind === 'webhook' && one.target.hasSecret ? <Tag>{t('channel.signed')}</Tag> : null}
          </span>
        ),
      },
      { id: 'rules', header: t('channel.rules'), width: 70, align: 'right', cell: (one) => f.full(one.rules) },
      {
        id: 'last',
        header: t('channel.last'),
        minWidth: 180,
        hide: 'max-lg:hidden',
        cell: (one) =>
          one.lastDelivery ? (
            <span
              title={said(one.lastDelivery.said, one.lastDelivery.message)}
              className={one.lastDelivery.isDelivered ? undefined : 'text-bad'}
            >
              {f.time(one.lastDelivery.at)} · {said(one.lastDelivery.said, one.lastDelivery.message)}
            </span>
          ) : (
            <span className="text-text-3">--</span>
          ),
      },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 180,
        align: 'right',
        stick: 'right',
        cell: (one) => (
          <span className="inline-flex gap-3">
            {act(t('channel.test'), one, acts.onTest)}
            {act(t('act.edit'), one, acts.onEdit)}
            {act(t('common.delete'), one, acts.onDelete, off ?? (one.rules > 0 ? t('channel.deleteOff') : null))}
          </span>
        ),
      },
    ];
  }, [t, f, isAdmin, acts, said]);
}

export function ChannelsTab({ making }: { making: Making }) {
  const { t } = useI18n();
  const [testing, setTesting] = useState<AlarmChannel | null>(null);
  const [editing, setEditing] = useState<AlarmChannel | null>(null);
  const [deleting, setDeleting] = useState<AlarmChannel | null>(null);
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAlarmChannels', keys.alarmChannels, {}));
  const acts = useMemo(() => ({ onTest: setTesting, onEdit: setEditing, onDelete: setDeleting }), []);
  const columns = useColumns(acts);
  return (
    <>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <DataTable
        label={t('alarm.tab.channels')}
        columns={columns}
        rows={data?.channels ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.name}
        loading={isPending}
        skeletonRows={3}
        density="compact"
        empty={error ? null : <Empty icon={<Send size={18} aria-hidden="true" />}>{t('channel.empty')}</Empty>}
      />
      {making.isOpen ? <ChannelDialog channel={null} onClose={making.close} onSaved={setTesting} /> : null}
      {editing ? <ChannelDialog channel={editing} onClose={() => setEditing(null)} onSaved={() => undefined} /> : null}
      {testing ? <ChannelTest channel={testing} onClose={() => setTesting(null)} /> : null}
      {deleting ? (
        <ConfirmDelete
          title={t('channel.deleteTitle', { name: deleting.name })}
          note={t('channel.deleteNote')}
          deleted={t('channel.deleted', { name: deleting.name })}
          queryKey={keys.alarms}
          remove={() => call('deleteAlarmChannel', { params: { id: deleting.id } })}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </>
  );
}
