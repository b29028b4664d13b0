'use client';
/** Makes or changes a channel. Secrets go in and never come out: a field left empty keeps what is stored. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlarmChannel } from '../../server/contract/alarms.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { PasswordField, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { useToast } from '../ui/toast.tsx';

type Kind = AlarmChannel['target']['kind'];
type Security = Extract<AlarmChannel['target'], { kind: 'email' }>['security'];
const KINDS: readonly Kind[] = ['email', 'webhook', 'slack'];
const PORTS: Readonly<Record<Security, number>> = { tls: 465, starttls: 587, none: 25 };

interface Draft {
  readonly name: string;
  readonly language: AlarmChannel['language'];
  readonly kind: Kind;
  readonly url: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user: string;
  readonly password: string;
  readonly from: string;
  readonly to: string;
}

function draftOf(channel: AlarmChannel | null, language: AlarmChannel['language']): Draft {
  const target = channel?.target;
  const mail = target?.kind === 'email' ? target : null;
  return {
    name: channel?.name ?? '',
    language: channel?.language ?? language,
    kind: target?.kind ?? 'email',
    url: '',
    secret: '',
    host: mail?.host ?? '',
    port: mail?.port ?? PORTS.starttls,
    security: mail?.security ?? 'starttls',
    user: mail?.user ?? '',
    password: '',
    from: mail?.from ?? '',
    to: mail?.to.join(', ') ?? '',
  };
}

function targetOf(draft: Draft) {
  const { kind, url, secret, host, port, security, user, password, from } = draft;
  const given = <K extends string>(key: K, value: string) => (value === '' ? {} : ({ [key]: value } as Record<K, string>));
  if (kind === 'webhook') return { kind, ...given('url', url), ...given('secret', secret) };
  if (kind === 'slack') return { kind, ...given('url', url) };
  const to = draft.to
    .split(/[,;\s]+/)
    .map((one) => one.trim())
    .filter(Boolean);
  return { kind, host, port, security, user, from, to, ...given('password', password) };
}

/** Whether all that must be there is there; a stored address of a webhook may be kept. */
function isWhole(draft: Draft, channel: AlarmChannel | null): boolean {
  if (draft.name.trim() === '') return false;
  if (draft.kind === 'email') return draft.host !== '' && draft.from !== '' && draft.to.trim() !== '' && draft.port > 0;
  return draft.url !== '' || channel?.target.kind === draft.kind;
}

export function ChannelDialog({
  channel,
  onClose,
  onSaved,
}: {
  channel: AlarmChannel | null;
  onClose(): void;
  onSaved(channel: AlarmChannel): void;
}) {
  const { t, locale } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(channel, locale));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const target = targetOf(draft);
      const { name, language } = draft;
      return channel
        ? call('changeAlarmChannel', { params: { id: channel.id }, body: { name, language, target } })
        : call('createAlarmChannel', { body: { name, language, target: target as Extract<typeof target, { kind: 'email' }> } });
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      toast({ title: t('channel.saved', { name: saved.name }) });
      onClose();
      onSaved(saved);
    },
  });
  const off = isWhole(draft, channel) ? null : t('channel.needsAll');
  return (
    <Dialog
      open
      onClose={onClose}
      title={channel ? t('channel.editTitle', { name: channel.name }) : t('channel.newTitle')}
      closeLabel={t('common.close')}
      footNote={off}
      width={600}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={save.isPending} offReason={off} onClick={() => save.mutate()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <TextField
          label={t('channel.name')}
          required
          maxLength={64}
          hint={t('channel.nameHint')}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <SelectField
          label={t('channel.kind')}
          hint={t(`channel.kindNote.${draft.kind}`)}
          value={draft.kind}
          options={KINDS.map((value) => ({ value, label: t(`channel.kind.${value}`) }))}
          onChange={(kind) => change({ kind })}
        />
        <SelectField
          label={t('channel.language')}
          value={draft.language}
          options={(['en', 'zh'] as const).map((value) => ({ value, label: t(`acc.language.${value}`) }))}
          onChange={(language) => change({ language })}
        />
        {draft.kind === 'email' ? (
          <MailFields draft={draft} channel={channel} onChange={change} />
        ) : (
          <HookFields draft={draft} channel={channel} onChange={change} />
        )}
      </div>
    </Dialog>
  );
}

interface FieldsProps {
  draft: Draft;
  channel: AlarmChannel | null;
  onChange(part: Partial<Draft>): void;
}

function useKept({ draft, channel }: FieldsProps): string | undefined {
  const { t, f } = useI18n();
  if (channel?.target.kind !== draft.kind) return undefined;
  return t('channel.kept', { age: f.spanWords(Date.now() - channel.secretsSetAt) });
}

function HookFields(props: FieldsProps) {
  const { draft, onChange } = props;
  const { t } = useI18n();
  const kept = useKept(props);
  return (
    <>
      <TextField
        label={t('channel.url')}
        required={kept === undefined}
        mono
        type="url"
        hint={kept}
        value={draft.url}
        onChange={(event) => onChange({ url: event.target.value })}
      />
      {draft.kind === 'webhook' ? (
        <PasswordField
          label={t('channel.secret')}
          hint={t('channel.secretHint')}
          autoComplete="new-password"
          value={draft.secret}
          onChange={(event) => onChange({ secret: event.target.value })}
          showLabel={t('signIn.show')}
          hideLabel={t('signIn.hide')}
        />
      ) : null}
    </>
  );
}

function MailFields(props: FieldsProps) {
  const { draft, onChange } = props;
  const { t } = useI18n();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_96px_200px]">
        <TextField
          label={t('channel.host')}
          required
          mono
          value={draft.host}
          onChange={(event) => onChange({ host: event.target.value })}
        />
        <TextField
          label={t('channel.port')}
          required
          type="number"
          min={1}
          max={65_535}
          value={Number.isNaN(draft.port) ? '' : draft.port}
          onChange={(event) => onChange({ port: event.target.valueAsNumber })}
        />
        <SelectField
          label={t('channel.security')}
          value={draft.security}
          options={(['starttls', 'tls', 'none'] as const).map((value) => ({ value, label: t(`channel.security.${value}`) }))}
          onChange={(security) => onChange({ security, ...(draft.port === PORTS[draft.security] ? { port: PORTS[security] } : {}) })}
        />
      </div>
      {draft.security === 'none' ? <p className="text-hint text-text-3">{t('channel.securityNote')}</p> : <SignInFields {...props} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('channel.from')}
          required
          type="email"
          value={draft.from}
          onChange={(event) => onChange({ from: event.target.value })}
        />
        <TextField
          label={t('channel.to')}
          required
          hint={t('channel.toHint')}
          value={draft.to}
          onChange={(event) => onChange({ to: event.target.value })}
        />
      </div>
    </>
  );
}

function SignInFields(props: FieldsProps) {
  const { draft, channel, onChange } = props;
  const { t } = useI18n();
  const kept = useKept(props);
  const hasPassword = channel?.target.kind === 'email' && channel.target.hasPassword;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={t('channel.user')}
        autoComplete="off"
        value={draft.user}
        onChange={(event) => onChange({ user: event.target.value })}
      />
      <PasswordField
        label={t('channel.password')}
        hint={hasPassword ? kept : undefined}
        autoComplete="new-password"
        value={draft.password}
        onChange={(event) => onChange({ password: event.target.value })}
        showLabel={t('signIn.show')}
        hideLabel={t('signIn.hide')}
      />
    </div>
  );
}
