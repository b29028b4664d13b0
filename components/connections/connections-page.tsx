'use client';
/** Connections: name, kind, address, last test, who uses them; made, changed, tested and deleted here. */
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, CircleCheck, CircleX, Plug, Plus } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Connection } from '../../server/contract/connections.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ConfirmDelete } from '../job/confirm-delete.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Menu } from '../ui/menu.tsx';
import { Empty } from '../ui/surface.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { TestDialog } from './test-dialog.tsx';
import { UsersDialog } from './users-dialog.tsx';

type Act = 'edit' | 'test' | 'users' | 'delete';
interface Open {
  readonly act: Act;
  readonly connection: Connection;
}

/** The last test of the connection as it stands: mark, word, when, how long; the whole sentence on hover. */
function LastTest({ connection }: { connection: Connection }) {
  const { t, f, said } = useI18n();
  const now = useNow();
  const test = connection.lastTest;
  if (test === null) return <span className="text-text-3">{t('conn.never')}</span>;
  const age = f.spanWords(now === null ? 0 : now - test.at);
  const sentence = said(test.said, test.sentence);
  return (
    <span title={sentence} className="inline-flex max-w-full items-center gap-1.5">
      {test.isGood ? (
        <CircleCheck size={15} className="shrink-0 text-ok-mark" aria-hidden="true" />
      ) : (
        <CircleX size={15} className="shrink-0 text-bad-mark" aria-hidden="true" />
      )}
      <span className={test.isGood ? 'shrink-0 text-ok' : 'shrink-0 text-bad'}>{t(test.isGood ? 'conn.good.word' : 'conn.bad.word')}</span>
      <span className="truncate text-text-3">
        {test.isGood ? t('conn.good', { age, took: f.took(test.tookMs) }) : `${t('conn.bad', { age })} · ${sentence}`}
      </span>
    </span>
  );
}

function useColumns(open: (act: Act, connection: Connection) => void): readonly DataColumn<Connection>[] {
  const { t } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('conn.name'),
        minWidth: 170,
        rowHeader: true,
        cell: (one) => (
          <span className="flex min-w-0 flex-col">
            <span className="truncate font-semibold">{one.name}</span>
            {one.description ? <span className="truncate text-second text-text-3">{one.description}</span> : null}
          </span>
        ),
      },
      { id: 'kind', header: t('conn.kind'), width: 180, cell: (one) => t(`conn.kind.${one.config.kind}`) },
      {
        id: 'address',
        header: t('conn.address'),
        minWidth: 200,
        cell: (one) => (
          <span className="font-mono text-second" title={one.address}>
            {one.address}
          </span>
        ),
      },
      { id: 'test', header: t('conn.test'), minWidth: 210, cell: (one) => <LastTest connection={one} /> },
      {
        id: 'usedBy',
        header: t('conn.usedBy'),
        width: 100,
        cell: (one) =>
          one.usedBy === 0 ? (
            <span className="text-text-3">--</span>
          ) : (
            <Button look="link" size="sm" onClick={() => open('users', one)}>
              {t('conn.jobs', { n: one.usedBy })}
            </Button>
          ),
      },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 190,
        align: 'right',
        stick: 'right',
        cell: (one) => <RowActs connection={one} open={open} />,
      },
    ],
    [t, open],
  );
}

function RowActs({ connection, open }: { connection: Connection; open(act: Act, connection: Connection): void }) {
  const { t } = useI18n();
  const off = useIsAdmin() ? null : t('common.adminOnly');
  const label = (act: string) => t('act.of', { act, name: connection.name });
  return (
    <span className="inline-flex items-center gap-3">
      <Button look="link" size="sm" offReason={off} aria-label={label(t('act.edit'))} onClick={() => open('edit', connection)}>
        {t('act.edit')}
      </Button>
      <Button look="link" size="sm" offReason={off} aria-label={label(t('conn.test'))} onClick={() => open('test', connection)}>
        {t('conn.test')}
      </Button>
      <Menu
        trigger={
          <Button look="link" size="sm" aria-label={t('conn.more', { name: connection.name })}>
            {t('common.more')}
            <ChevronDown size={13} aria-hidden="true" />
          </Button>
        }
        entries={[
          { key: 'users', label: t('conn.usedBy'), onSelect: () => open('users', connection) },
          {
            key: 'delete',
            label: t('common.delete'),
            danger: true,
            offReason: off ?? (connection.usedBy > 0 ? t('conn.deleteOff', { n: connection.usedBy }) : null),
            onSelect: () => open('delete', connection),
          },
        ]}
      />
    </span>
  );
}

export function ConnectionsPage() {
  const { t } = useI18n();
  const isAdmin = useIsAdmin();
  const router = useRouter();
  const path = usePathname();
  const isMaking = useSearchParams().get('new') !== null;
  const [opened, setOpened] = useState<Open | null>(null);
  const { data, error, isPending, refetch } = useQuery(routeQuery('listConnections', keys.connections, {}));
  const open = useMemo(() => (act: Act, connection: Connection) => setOpened({ act, connection }), []);
  const columns = useColumns(open);
  const close = () => setOpened(null);
  const make = (
    <Button
      look="primary"
      icon={<Plus size={15} aria-hidden="true" />}
      offReason={isAdmin ? null : t('common.adminOnly')}
      onClick={() => router.replace(`${path}?new=1`, { scroll: false })}
    >
      {t('conn.new')}
    </Button>
  );
  return (
    <>
      <PageHead title="nav.connections" actions={make} />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <div className="grow border-t border-line-1 bg-surface">
        <DataTable
          label={t('nav.connections')}
          columns={columns}
          rows={data?.connections ?? []}
          rowId={(one) => one.id}
          rowName={(one) => one.name}
          loading={isPending}
          skeletonRows={4}
          empty={error ? null : <Empty icon={<Plug size={18} aria-hidden="true" />}>{t('conn.empty')}</Empty>}
        />
      </div>
      {isMaking && isAdmin ? <ConnectionDialog connection={null} onClose={() => router.replace(path, { scroll: false })} /> : null}
      {opened?.act === 'edit' ? <ConnectionDialog connection={opened.connection} onClose={close} /> : null}
      {opened?.act === 'test' ? <TestDialog connection={opened.connection} onClose={close} /> : null}
      {opened?.act === 'users' ? <UsersDialog connection={opened.connection} onClose={close} /> : null}
      {opened?.act === 'delete' ? (
        <ConfirmDelete
          title={t('conn.delete', { name: opened.connection.name })}
          note={t('conn.deleteNote')}
          deleted={t('conn.deleted', { name: opened.connection.name })}
          queryKey={keys.connections}
          remove={() => call('deleteConnection', { params: { id: opened.connection.id } })}
          onClose={close}
        />
      ) : null}
    </>
  );
}
