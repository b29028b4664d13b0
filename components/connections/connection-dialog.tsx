'use client';
/** Makes or changes a connection: kind, fields, test with a real handshake before it is saved. The secret goes in and never comes out. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Connection, ConnectionConfig, ConnectionKind } from '../../server/contract/connections.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { useToast } from '../ui/toast.tsx';
import { type ConnectionDraft, configOf, draftOf, isWhole, KINDS } from './connection-draft.ts';
import { FlinkFields } from './flink-fields.tsx';
import { KafkaFields, PostgresqlFields, SecretField, StoreFields } from './kind-fields.tsx';
import { TestReport } from './test-report.tsx';

export function ConnectionDialog({ connection, onClose }: { connection: Connection | null; onClose(): void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(connection));
  const config = configOf(draft);
  const secret = draft.secret === '' ? {} : { secret: draft.secret };
  const test = useMutation({
    mutationFn: () => call('testConnection', { body: { config, ...secret, ...(connection ? { id: connection.id } : {}) } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.connections }),
  });
  const change = (part: Partial<ConnectionDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    test.reset();
  };
  const save = useSave(draft, connection, onClose);
  const missing = isWhole(config) ? null : t('conn.needsAddress');
  const off = missing ?? (draft.name === '' ? t('conn.needsName') : null);
  return (
    <Dialog
      open
      onClose={onClose}
      footNote={off}
      title={connection ? t('conn.editTitle', { name: connection.name }) : t('conn.newTitle')}
      closeLabel={t('common.close')}
      width={640}
      actions={
        <>
          <Button busy={test.isPending} offReason={missing} onClick={() => test.mutate()}>
            {t(test.data ? 'conn.testAgain' : 'conn.test')}
          </Button>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={save.isPending} offReason={off} onClick={() => save.mutate()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <NameFields draft={draft} connection={connection} onChange={change} />
        <ConfigFields draft={draft} connection={connection} onChange={change} />
        {test.error ? <ErrorNotice error={test.error} /> : null}
        {test.isPending || test.data ? <TestReport kind={draft.kind} test={test.data ?? null} /> : null}
      </div>
    </Dialog>
  );
}

function useSave(draft: ConnectionDraft, connection: Connection | null, onClose: () => void) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const { name, description } = draft;
      const body = { description, config: configOf(draft), ...(draft.secret === '' ? {} : { secret: draft.secret }) };
      return connection
        ? call('changeConnection', { params: { id: connection.id }, body })
        : call('createConnection', { body: { name, ...body } });
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.connections });
      toast({ title: t('conn.saved', { name: saved.name }), text: saved.usedBy > 0 ? t('conn.savedRestart') : undefined });
      onClose();
    },
  });
}

interface PartProps {
  draft: ConnectionDraft;
  connection: Connection | null;
  onChange(part: Partial<ConnectionDraft>): void;
}

function NameFields({ draft, connection, onChange }: PartProps) {
  const { t } = useI18n();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('conn.name')}
          required
          mono
          maxLength={64}
          readOnly={connection !== null}
          hint={
            draft.kind === 'flink' ? t('conn.nameQueue') : t('conn.nameHint', { text: `'connection' = '${draft.name || 'orders-prod'}'` })
          }
          value={draft.name}
          onChange={(event) => onChange({ name: event.target.value.trim() })}
        />
        <SelectField
          label={t('conn.kind')}
          value={draft.kind}
          disabled={connection !== null}
          options={KINDS.map((value) => ({ value, label: t(`conn.kind.${value}`) }))}
          onChange={(kind) => onChange({ kind })}
        />
      </div>
      <TextField
        label={t('conn.description')}
        maxLength={256}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
    </>
  );
}

function ConfigFields({ draft, connection, onChange }: PartProps) {
  const { t, f } = useI18n();
  const setAt = connection?.secretSetAt ?? null;
  const hint = setAt === null ? t('conn.secretNone') : t('conn.secretKept', { age: f.spanWords(Date.now() - setAt) });
  const secret = (label: string): ReactNode => (
    <SecretField label={label} hint={hint} value={draft.secret} onChange={(value) => onChange({ secret: value })} />
  );
  const put = (config: ConnectionConfig) => onChange({ configs: { ...draft.configs, [config.kind]: config } });
  const { configs } = draft;
  const fields: { readonly [K in ConnectionKind]: () => ReactNode } = {
    kafka: () => <KafkaFields config={configs.kafka} onChange={put} secret={secret} />,
    postgresql: () => <PostgresqlFields config={configs.postgresql} onChange={put} secret={secret} />,
    'object-store': () => <StoreFields config={configs['object-store']} onChange={put} secret={secret} />,
    flink: () => <FlinkFields config={configs.flink} onChange={put} secret={secret} />,
  };
  return fields[draft.kind]();
}
