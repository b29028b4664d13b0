'use client';
/** Fields of a Flink cluster: JobManager, SQL Gateway, sign-in, headers of a proxy in front, authorities. */
import { useI18n } from '../i18n/provider.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { CaField, type FieldsProps } from './kind-fields.tsx';

const AUTHENTICATIONS = ['none', 'basic', 'bearer'] as const;

/** One header a line, `name: value`. Lines without a colon are kept while they are typed. */
function headersText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function headersOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  return Object.fromEntries(pairs);
}

export function FlinkFields({ config, onChange, secret }: FieldsProps<'flink'>) {
  const { t } = useI18n();
  const isTls = config.jobManagerUrl.startsWith('https:') || (config.gatewayUrl ?? '').startsWith('https:');
  return (
    <>
      <TextField
        label={t('conn.jobManager')}
        required
        mono
        type="url"
        hint={t('conn.jobManagerHint')}
        value={config.jobManagerUrl}
        onChange={(event) => onChange({ ...config, jobManagerUrl: event.target.value.trim() })}
      />
      <TextField
        label={t('conn.gateway')}
        mono
        type="url"
        hint={t('conn.gatewayHint')}
        value={config.gatewayUrl ?? ''}
        onChange={(event) => onChange({ ...config, gatewayUrl: event.target.value.trim() || null })}
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField
          label={t('conn.authentication')}
          value={config.authentication}
          options={AUTHENTICATIONS.map((value) => ({ value, label: t(`conn.authentication.${value}`) }))}
          onChange={(authentication) => onChange({ ...config, authentication })}
        />
        {config.authentication === 'basic' ? (
          <TextField
            label={t('conn.username')}
            autoComplete="off"
            value={config.username}
            onChange={(event) => onChange({ ...config, username: event.target.value })}
          />
        ) : null}
        {config.authentication === 'none' ? null : secret(t(config.authentication === 'basic' ? 'conn.password' : 'conn.token'))}
      </div>
      <TextArea
        label={t('conn.headers')}
        mono
        rows={2}
        hint={t('conn.headersHint')}
        defaultValue={headersText(config.headers)}
        onChange={(event) => onChange({ ...config, headers: headersOf(event.target.value) })}
      />
      {isTls ? <CaField value={config.caCertificates} onChange={(caCertificates) => onChange({ ...config, caCertificates })} /> : null}
    </>
  );
}
