'use client';
/** API tokens and access keys: make, see once, revoke. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { Card, Empty, Notice } from '../ui/surface.tsx';

function Once({ text, secret }: { text: string; secret: string }) {
  const { t } = useI18n();
  return (
    <Notice
      kind="warn"
      live
      className="m-4"
      action={
        <Button size="sm" icon={<Copy size={13} aria-hidden="true" />} onClick={() => void navigator.clipboard.writeText(secret)}>
          {t('common.copy')}
        </Button>
      }
    >
      {text} <code className="font-mono text-second break-all select-all">{secret}</code>
    </Notice>
  );
}

export function TokensCard() {
  const { t, f } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const { data, error, refetch } = useQuery(routeQuery('listApiTokens', keys.tokens, {}));
  const refresh = () => void client.invalidateQueries({ queryKey: keys.tokens });
  const create = useMutation({ mutationFn: () => call('createApiToken', { body: { name } }), onSuccess: refresh });
  const remove = useMutation({ mutationFn: (id: string) => call('deleteApiToken', { params: { id } }), onSuccess: refresh });
  return (
    <Card title={t('acc.tokens')} flush>
      {(error ?? create.error ?? remove.error) ? (
        <ErrorNotice error={error ?? create.error ?? remove.error} onRetry={() => void refetch()} className="m-4" />
      ) : null}
      <form
        className="flex items-end gap-2 px-[18px] pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) create.mutate();
        }}
      >
        <TextField
          label={t('acc.tokenName')}
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          className="w-[280px]"
        />
        <Button type="submit" busy={create.isPending} offReason={name.trim() ? null : t('common.required')}>
          {t('acc.createToken')}
        </Button>
      </form>
      {create.data ? <Once text={t('acc.tokenOnce')} secret={create.data.token} /> : null}
      <PlainTable
        label={t('acc.tokens')}
        head={[
          { key: 'name', text: t('setup.name') },
          { key: 'prefix', text: 'ID' },
          { key: 'expires', text: t('acc.expires') },
          { key: 'used', text: t('acc.lastUsed') },
          { key: 'act', text: t('col.operation'), align: 'right' },
        ]}
        rows={(data?.tokens ?? []).map((token) => ({
          key: token.id,
          cells: [
            token.name,
            <span key="p" className="font-mono text-second">
              {token.prefix}…
            </span>,
            token.expiresAt === null ? t('common.never') : f.time(token.expiresAt),
            f.time(token.lastUsedAt),
            <Button
              key="d"
              look="link"
              size="sm"
              aria-label={t('act.of', { act: t('common.delete'), name: token.name })}
              onClick={() => remove.mutate(token.id)}
            >
              {t('common.delete')}
            </Button>,
          ],
        }))}
        empty={<Empty>{t('acc.noTokens')}</Empty>}
      />
    </Card>
  );
}

export function AccessKeysCard() {
  const { t, f } = useI18n();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(routeQuery('listAccessKeys', keys.accessKeys, {}));
  const refresh = () => void client.invalidateQueries({ queryKey: keys.accessKeys });
  const create = useMutation({ mutationFn: () => call('createAccessKey', {}), onSuccess: refresh });
  const remove = useMutation({ mutationFn: (id: string) => call('deleteAccessKey', { params: { id } }), onSuccess: refresh });
  return (
    <Card
      title={t('acc.keys')}
      flush
      actions={
        <Button size="sm" busy={create.isPending} onClick={() => create.mutate()}>
          {t('acc.createKey')}
        </Button>
      }
    >
      {(error ?? create.error ?? remove.error) ? (
        <ErrorNotice error={error ?? create.error ?? remove.error} onRetry={() => void refetch()} className="m-4" />
      ) : null}
      {create.data ? <Once text={`${t('acc.secretOnce')} ${create.data.accessKey.accessKey}`} secret={create.data.secretKey} /> : null}
      <div className="pt-2">
        <PlainTable
          label={t('acc.keys')}
          head={[
            { key: 'key', text: 'AK' },
            { key: 'created', text: t('col.created') },
            { key: 'used', text: t('acc.lastUsed') },
            { key: 'act', text: t('col.operation'), align: 'right' },
          ]}
          rows={(data?.accessKeys ?? []).map((key) => ({
            key: key.id,
            cells: [
              <span key="k" className="font-mono text-second">
                {key.accessKey}
              </span>,
              f.time(key.createdAt),
              f.time(key.lastUsedAt),
              <Button
                key="d"
                look="link"
                size="sm"
                aria-label={t('act.of', { act: t('common.delete'), name: key.accessKey })}
                onClick={() => remove.mutate(key.id)}
              >
                {t('common.delete')}
              </Button>,
            ],
          }))}
          empty={<Empty>{t('acc.noKeys')}</Empty>}
        />
      </div>
    </Card>
  );
}
