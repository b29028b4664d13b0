'use client';
/** Configuration, read only: SQL, parameters, folders, versions. */
import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { SelectField } from '../ui/select.tsx';
import { Card, Facts } from '../ui/surface.tsx';

export function ConfigurationTab({ job, viewer }: { job: Job; viewer(sql: string, label: string): ReactNode }) {
  const { t, f } = useI18n();
  const [number, setNumber] = useState(job.version);
  const versions = useQuery(routeQuery('listJobVersions', keys.jobPart(job.id, 'versions', job.version), { params: { jobId: job.id } }));
  const older = useQuery({
    ...routeQuery('getJobVersion', keys.jobPart(job.id, 'version', number), { params: { jobId: job.id, number } }),
    enabled: number !== job.version,
  });
  const shown = number === job.version ? job : (older.data ?? job);
  const write = (value: unknown): string => {
    if (typeof value === 'boolean') return value ? t('common.on') : t('common.off');
    if (Array.isArray(value)) return value.join(', ') || '--';
    if (typeof value === 'object' && value !== null) {
      return (
        Object.entries(value)
          .map(([key, text]) => `${key}=${String(text)}`)
          .join('\n') || '--'
      );
    }
    return value === '' ? t('config.default') : String(value);
  };
  return (
    <>
      <Card
        title={t('config.sql')}
        flush
        actions={
          <>
            <span className="w-[220px]">
              <SelectField
                hideLabel
                label={t('config.versions')}
                value={String(number)}
                onChange={(next) => setNumber(Number(next))}
                options={(versions.data?.versions ?? [{ number: job.version, createdAt: job.updatedAt }]).map((one) => ({
                  value: String(one.number),
                  label: `${t('job.version', { n: one.number })} · ${f.time(one.createdAt)}`,
                }))}
              />
            </span>
            <Button size="sm" icon={<Copy size={13} aria-hidden="true" />} onClick={() => void navigator.clipboard.writeText(shown.sql)}>
              {t('config.copySql')}
            </Button>
          </>
        }
      >
        <div className="mt-2 h-[420px] border-t border-line-1">{viewer(shown.sql, t('edit.editorLabel', { name: job.name }))}</div>
      </Card>
      <Card title={t('config.parameters')}>
        <Facts
          items={[
            ...Object.entries(shown.options).map(([name, value]) => ({ label: t(`options.${name}` as PlainKey), value: write(value) })),
            { label: t('config.checkpointFolder'), value: job.checkpointFolder, mono: true },
            { label: t('config.savepointFolder'), value: job.savepointFolder, mono: true },
            { label: t('config.created'), value: f.exact(job.createdAt) },
            { label: t('config.updated'), value: f.exact(job.updatedAt) },
          ]}
        />
      </Card>
    </>
  );
}
