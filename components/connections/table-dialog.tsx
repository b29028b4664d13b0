'use client';
/**
 * A CREATE TABLE statement from a connection: choose the connection, then a topic, a table or a folder; the columns come from the catalogue or a
 * sample, and the statement is shown before it goes into the editor.
 */
import { useQuery } from '@tanstack/react-query';
import { Folder, FolderUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Connection, ConnectionKind, ConnectionObject, DerivedTable } from '../../server/contract/connections.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import type { Teller } from '../i18n/said.ts';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Arc, Button, ButtonLink } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SelectField } from '../ui/select.tsx';
import { Empty, Notice, Skeleton } from '../ui/surface.tsx';

/** Kinds that a table can name. */
type TableKind = Extract<ConnectionKind, 'kafka' | 'postgresql' | 'object-store'>;
type TableConnection = Connection & { readonly config: { readonly kind: TableKind } };
const KINDS: ReadonlySet<string> = new Set<TableKind>(['kafka', 'postgresql', 'object-store']);
const canBeNamed = (one: Connection): one is TableConnection => KINDS.has(one.config.kind);
const WAIT_MS = 300;

export function TableDialog({ onInsert, onClose }: { onInsert(sql: string): void; onClose(): void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery(routeQuery('listConnections', keys.connections, {}));
  const [id, setId] = useState<string | null>(null);
  const [object, setObject] = useState<string | null>(null);
  const connections = (data?.connections ?? []).filter(canBeNamed);
  const connection = connections.find((one) => one.id === id) ?? connections[0] ?? null;
  const derived = useDerived(connection, object);
  const sql = object === null ? null : (derived.data?.sql ?? null);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('table.title')}
      closeLabel={t('common.close')}
      width={760}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" offReason={sql === null ? t('table.chooseFirst') : null} onClick={() => sql !== null && onInsert(sql)}>
            {t('table.insert')}
          </Button>
        </>
      }
    >
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton height={160} /> : null}
      {data && !connection ? (
        <Empty action={<ButtonLink href="/connections?new=1">{t('table.makeOne')}</ButtonLink>}>{t('table.none')}</Empty>
      ) : null}
      {connection ? (
        <div className="flex flex-col gap-4">
          <SelectField
            label={t('table.connection')}
            value={connection.id}
            options={connections.map((one) => ({ value: one.id, label: one.name, note: t(`conn.kind.${one.config.kind}`) }))}
            onChange={(next) => {
              setId(next);
              setObject(null);
            }}
          />
          <ObjectList key={connection.id} connection={connection} chosen={object} onChoose={setObject} />
          {object === null ? null : <Statement object={object} derived={derived} />}
        </div>
      ) : null}
    </Dialog>
  );
}

/** The statement with its comments in the viewer's language. A comment ends with its line, whatever a foreign name holds. */
function inWords({ sql, notes }: DerivedTable, said: Teller): string {
  const lines = sql.split('\n');
  notes.forEach((note, index) => {
    lines[index] = `-- ${said(note, lines[index]?.replace(/^-- /, '') ?? '').replace(/\s+/g, ' ')}`;
  });
  return lines.join('\n');
}

function useDerived(connection: TableConnection | null, object: string | null) {
  const { said } = useI18n();
  return useQuery({
    queryKey: ['derived-table', connection?.id, object],
    queryFn: ({ signal }) => call('deriveTable', { params: { id: connection?.id ?? '' }, body: { object: object ?? '' } }, signal),
    select: (answer: DerivedTable) => ({ ...answer, sql: inWords(answer, said) }),
    enabled: connection !== null && object !== null,
    // Another table's statement must not stand under this one's name while it is read.
    placeholderData: () => undefined,
    retry: false,
  });
}

/** The typed text once it has not changed for a moment. */
function useSettledText(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface ListProps {
  connection: TableConnection;
  chosen: string | null;
  onChoose(object: string): void;
}

function ObjectList({ connection, chosen, onChoose }: ListProps) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const q = useSettledText(text);
  const { kind } = connection.config;
  const isStore = kind === 'object-store';
  const { data, error, refetch, isFetching } = useQuery(
    routeQuery('listConnectionObjects', keys.connectionObjects(connection.id, q), { params: { id: connection.id }, query: { q } }),
  );
  const parent = text.replace(/[^/]*\/?$/, '');
  return (
    <div className="flex flex-col gap-2">
      <TextField
        label={t(`table.find.${kind}`)}
        mono={isStore}
        autoComplete="off"
        hint={t(isStore ? 'table.folderHint' : 'table.findHint')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      <ul
        aria-label={t('table.objects')}
        aria-busy={isFetching || undefined}
        className="max-h-[232px] min-h-24 overflow-y-auto rounded-ctl border border-line-1"
      >
        {isStore && text !== '' ? (
          <li className="flex border-b border-line-1">
            <button
              type="button"
              className="flex h-8 grow items-center gap-2 px-2.5 text-ctl hover:bg-hover"
              onClick={() => setText(parent)}
            >
              <FolderUp size={14} aria-hidden="true" /> {t('table.up')}
            </button>
            {text.endsWith('/') ? (
              <Button look="link" size="sm" className="mr-2.5" onClick={() => onChoose(text)}>
                {t('table.useFolder')}
              </Button>
            ) : null}
          </li>
        ) : null}
        {(data?.objects ?? []).map((one) => (
          <ObjectRow
            key={one.name}
            object={one}
            isChosen={chosen === one.name}
            onPick={() => (one.kind === 'folder' ? setText(one.name) : onChoose(one.name))}
            onChoose={() => onChoose(one.name)}
          />
        ))}
        {data || error ? null : (
          <li role="status" className="flex items-center gap-2.5 px-2.5 py-2 text-ctl">
            <Arc /> {t('table.reading', { name: connection.name })}
          </li>
        )}
        {data && data.objects.length === 0 ? <li className="px-2.5 py-2 text-ctl text-text-3">{t('table.noObjects')}</li> : null}
        {data?.isCut ? <li className="px-2.5 py-2 text-second text-text-3">{t('table.cut')}</li> : null}
      </ul>
    </div>
  );
}

function ObjectRow({
  object,
  isChosen,
  onPick,
  onChoose,
}: {
  object: ConnectionObject;
  isChosen: boolean;
  onPick(): void;
  onChoose(): void;
}) {
  const { t, f } = useI18n();
  const size =
    object.kind === 'folder' || object.size === null
      ? ''
      : object.kind === 'file'
        ? f.bytes(object.size)
        : t(object.kind === 'topic' ? 'table.size.topic' : 'table.size.table', { n: object.size });
  return (
    <li className={cx('flex items-center border-b border-line-1 last:border-0', isChosen && 'bg-selected')}>
      <button
        type="button"
        aria-pressed={object.kind === 'folder' ? undefined : isChosen}
        onClick={onPick}
        className="flex h-8 min-w-0 grow items-center gap-2 px-2.5 text-left text-ctl hover:bg-hover coarse:h-11"
      >
        {object.kind === 'folder' ? <Folder size={14} className="shrink-0 text-text-3" aria-hidden="true" /> : null}
        <span className="truncate font-mono text-second">{object.name}</span>
        <span className="num ml-auto shrink-0 text-second text-text-3">{size}</span>
      </button>
      {object.kind === 'folder' ? (
        <Button look="link" size="sm" className="mr-2.5" aria-label={`${t('table.useFolder')} ${object.name}`} onClick={onChoose}>
          {t('table.useFolder')}
        </Button>
      ) : null}
    </li>
  );
}

function Statement({ object, derived }: { object: string; derived: ReturnType<typeof useDerived> }) {
  const { t } = useI18n();
  const { data, error, refetch } = derived;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <p role="status" className="flex min-h-12 items-center gap-2.5 text-ctl">
        <Arc /> {t('table.reading', { name: object })}
      </p>
    );
  }
  const basis =
    data.basis === 'sample'
      ? t('table.basis.sample', { n: data.columns, m: data.sampled })
      : data.basis === 'catalogue'
        ? t('table.basis.catalogue', { n: data.columns })
        : t('table.basis.none');
  return (
    <>
      <Notice live kind={data.basis === 'catalogue' ? 'ok' : 'info'}>
        {basis}
      </Notice>
      <ScrollRegion
        label={t('table.preview')}
        className="max-h-[260px] overflow-auto rounded-ctl bg-sunken p-3.5 font-mono text-second whitespace-pre"
      >
        {data.sql}
      </ScrollRegion>
    </>
  );
}
