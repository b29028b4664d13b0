'use client';
/** Fields of each kind of connection. */
import type { ReactNode } from 'react';
import type { ConnectionConfig, ConnectionKind } from '../../server/contract/connections.ts';
import { useI18n } from '../i18n/provider.tsx';
import { PasswordField, TextArea, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Switch } from '../ui/toggle.tsx';

export interface FieldsProps<K extends ConnectionKind> {
  config: Extract<ConnectionConfig, { kind: K }>;
  onChange(config: Extract<ConnectionConfig, { kind: K }>): void;
  /** The field of the secret, with the label it has in this kind. */
  secret(label: string): ReactNode;
}

export function SecretField({
  label,
  hint,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  value: string;
  onChange(value: string): void;
}) {
  const { t } = useI18n();
  return (
    <PasswordField
      label={label}
      hint={hint}
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      showLabel={t('signIn.show')}
      hideLabel={t('signIn.hide')}
    />
  );
}

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const plain = <V extends string>(values: readonly V[]) => values.map((value) => ({ value, label: value }));

export function KafkaFields({ config, onChange, secret }: FieldsProps<'kafka'>) {
  const { t } = useI18n();
  const signsIn = config.securityProtocol.startsWith('SASL');
  return (
    <>
      <TextField
        label={t('conn.bootstrap')}
        required
        mono
        hint={t('conn.bootstrapHint')}
        value={config.bootstrapServers}
        onChange={(event) => onChange({ ...config, bootstrapServers: event.target.value.trim() })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('conn.security')}
          value={config.securityProtocol}
          options={plain(PROTOCOLS)}
          onChange={(securityProtocol) => onChange({ ...config, securityProtocol })}
        />
        {signsIn ? (
          <SelectField
            label={t('conn.mechanism')}
            value={config.saslMechanism}
            options={plain(MECHANISMS)}
            onChange={(saslMechanism) => onChange({ ...config, saslMechanism })}
          />
        ) : null}
      </div>
      {signsIn ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('conn.username')}
            autoComplete="off"
            value={config.username}
            onChange={(event) => onChange({ ...config, username: event.target.value })}
          />
          {secret(t('conn.password'))}
        </div>
      ) : null}
      {config.securityProtocol.endsWith('SSL') ? (
        <CaField value={config.caCertificates} onChange={(caCertificates) => onChange({ ...config, caCertificates })} />
      ) : null}
    </>
  );
}

export function PostgresqlFields({ config, onChange, secret }: FieldsProps<'postgresql'>) {
  const { t } = useI18n();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_96px]">
        <TextField
          label={t('conn.host')}
          required
          mono
          value={config.host}
          onChange={(event) => onChange({ ...config, host: event.target.value.trim() })}
        />
        <TextField
          label={t('conn.port')}
          required
          type="number"
          min={1}
          max={65_535}
          value={Number.isNaN(config.port) ? '' : config.port}
          onChange={(event) => onChange({ ...config, port: event.target.valueAsNumber })}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('conn.database')}
          required
          value={config.database}
          onChange={(event) => onChange({ ...config, database: event.target.value })}
        />
        <SelectField
          label={t('conn.tls')}
          value={config.tls}
          options={(['off', 'require', 'verify'] as const).map((value) => ({ value, label: t(`conn.tls.${value}`) }))}
          onChange={(tls) => onChange({ ...config, tls })}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('conn.username')}
          required
          autoComplete="off"
          value={config.username}
          onChange={(event) => onChange({ ...config, username: event.target.value })}
        />
        {secret(t('conn.password'))}
      </div>
    </>
  );
}

export function StoreFields({ config, onChange, secret }: FieldsProps<'object-store'>) {
  const { t } = useI18n();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_160px]">
        <TextField
          label={t('conn.endpoint')}
          mono
          type="url"
          hint={t('conn.endpointHint')}
          value={config.endpoint ?? ''}
          onChange={(event) => onChange({ ...config, endpoint: event.target.value.trim() || null })}
        />
        <TextField
          label={t('conn.region')}
          value={config.region}
          onChange={(event) => onChange({ ...config, region: event.target.value.trim() })}
        />
      </div>
      <TextField
        label={t('conn.bucket')}
        required
        hint={t('conn.bucketHint')}
        value={config.bucket}
        onChange={(event) => onChange({ ...config, bucket: event.target.value.trim() })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('conn.accessKey')}
          required
          autoComplete="off"
          value={config.accessKey}
          onChange={(event) => onChange({ ...config, accessKey: event.target.value.trim() })}
        />
        {secret(t('conn.secretKey'))}
      </div>
      <Switch
        checked={config.forcePathStyle}
        onChange={(forcePathStyle) => onChange({ ...config, forcePathStyle })}
        label={t('conn.pathStyle')}
        note={t('conn.pathStyleNote')}
      />
    </>
  );
}

/** Certificates (PEM) of an authority that the machine does not know. */
export function CaField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useI18n();
  return (
    <TextArea label={t('conn.ca')} mono rows={3} hint={t('conn.caHint')} value={value} onChange={(event) => onChange(event.target.value)} />
  );
}
