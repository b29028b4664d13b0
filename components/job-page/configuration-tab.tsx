'use client';
/** Configuration, read only: the version that was submitted (or another), its SQL and parameters, and how the saved version differs. */
import { useQuery } from '@tanstack/react-query';
import { Copy, Zap } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { sqlWithoutSecrets } from '../../server/contract/without-secrets.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { SelectField } from '../ui/select.tsx';
import { Card, Facts, Notice, Tag } from '../ui/surface.tsx';
import { type ConfigurationGroup, type ConfigurationRow, configurationGroups } from './configuration-model.ts';

export function ConfigurationTab({ job, viewer }: { job: Job; viewer(sql: string, label: string): ReactNode }) {
  const { t, f } = useI18n();
  const submitted = job.runningVersion ?? job.version;
  const [chosen, setChosen] = useState<number | null>(null);
  const number = chosen ?? submitted;
  const older = useQuery({
    ...routeQuery('getJobVersion', keys.jobPart(job.id, 'version', number), { params: { jobId: job.id, number } }),
    enabled: number !== job.version,
  });
  // The version before the chosen one may still be what the request holds.
  const shown = number === job.version ? job : older.data?.number === number ? older.data : undefined;
  const sql = shown ? sqlWithoutSecrets(shown.sql) : '';
  return (
    <>
      {shown ? <Difference job={job} number={number} options={shown.options} isSqlChanged={shown.sql !== job.sql} /> : null}
      {older.error ? <ErrorNotice error={older.error} onRetry={() => void older.refetch()} /> : null}
      <Card
        title={t('config.sql')}
        flush
        actions={
          <>
            <VersionChoice job={job} number={number} onChoose={setChosen} />
            <Button size="sm" icon={<Copy size={13} aria-hidden="true" />} onClick={() => void navigator.clipboard.writeText(sql)}>
              {t('config.copySql')}
            </Button>
          </>
        }
      >
        <div className="mt-2 h-[420px] border-t border-line-1">
          {shown ? (
            <div key={number} className="h-full">
              {viewer(sql, t('edit.editorLabel', { name: job.name }))}
            </div>
          ) : null}
        </div>
      </Card>
      {shown ? (
        <Card title={t('edit.parameters')} note={t('job.version', { n: number })} flush>
          <div className="grid lg:grid-cols-2">
            {configurationGroups(job.type, shown.options, job.options, t, f).map((group) => (
              <Group key={group.group} group={group} />
            ))}
          </div>
        </Card>
      ) : null}
      <RunVariables jobId={job.id} />
      <Card title={t('config.places')}>
        <Facts
          columns={1}
          items={[
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

/** What the newest run put where the job writes `{{name}}`. */
function RunVariables({ jobId }: { jobId: number }) {
  const { t } = useI18n();
  const newest = { page: 1, pageSize: 10 };
  const { data } = useQuery(routeQuery('listRuns', keys.jobPart(jobId, 'runs', newest), { params: { jobId }, query: newest }));
  const run = data?.items[0];
  const variables = Object.entries(run?.variables ?? {});
  if (!run || variables.length === 0) return null;
  return (
    <Card title={t('var.ofRun', { n: run.number })}>
      <Facts columns={1} items={variables.map(([label, value]) => ({ label, value, mono: true }))} />
    </Card>
  );
}

function VersionChoice({ job, number, onChoose }: { job: Job; number: number; onChoose(number: number): void }) {
  const { t, f } = useI18n();
  const { data } = useQuery(routeQuery('listJobVersions', keys.jobPart(job.id, 'versions', job.version), { params: { jobId: job.id } }));
  const known = data?.versions ?? [{ number: job.version, createdAt: job.updatedAt }];
  const mark = (n: number) => (n === job.runningVersion ? t('config.runs') : n === job.version ? t('config.saved') : '');
  return (
    <span className="w-[250px] max-w-full">
      <SelectField
        hideLabel
        label={t('config.versions')}
        value={String(number)}
        onChange={(next) => onChoose(Number(next))}
        options={known.map((one) => ({
          value: String(one.number),
          label: [t('job.version', { n: one.number }), f.time(one.createdAt), mark(one.number)].filter(Boolean).join(' · '),
        }))}
      />
    </span>
  );
}

/** One sentence on how what is shown differs from what is saved. */
function Difference({ job, number, options, isSqlChanged }: { job: Job; number: number; options: Job['options']; isSqlChanged: boolean }) {
  const { t, f } = useI18n();
  if (number === job.version) return null;
  const changed = configurationGroups(job.type, options, job.options, t, f)
    .flatMap((group) => group.rows)
    .filter((row) => row.saved);
  const waiting = changed.filter((row) => row.saved?.needsRestart).length + Number(isSqlChanged);
  return (
    <Notice
      kind={waiting > 0 ? 'warn' : 'info'}
      title={
        number === job.runningVersion
          ? t('edit.runningOlder', { n: number, m: job.version })
          : t('config.other', { n: number, m: job.version })
      }
      action={
        <ButtonLink look="link" size="sm" href={`/jobs/${job.id}/edit`}>
          {t('edit.compare')}
        </ButtonLink>
      }
    >
      {changed.length + Number(isSqlChanged) === 0
        ? t('version.same')
        : `${isSqlChanged ? t('config.sqlChanged') : ''} ${t('config.changes', { n: changed.length, m: waiting })}`}
    </Notice>
  );
}

function Group({ group }: { group: ConfigurationGroup }) {
  const { t } = useI18n();
  return (
    <section
      className={cx('min-w-0 border-t border-line-1 px-[18px] py-3.5', group.group === 'advanced' ? 'lg:col-span-2' : 'lg:odd:border-r')}
    >
      <h3 className="mb-2.5 text-second font-semibold text-text-2">{t(`options.group.${group.group}`)}</h3>
      <dl className={cx('grid gap-2', group.group === 'advanced' && 'gap-x-9 lg:grid-cols-2')}>
        {group.rows.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </dl>
    </section>
  );
}

function Row({ row }: { row: ConfigurationRow }) {
  const { t } = useI18n();
  const value = row.isMono ? 'font-mono text-second break-all whitespace-pre-wrap' : 'break-words';
  return (
    <div className="grid grid-cols-[minmax(120px,42%)_minmax(0,1fr)] items-baseline gap-3">
      <dt className="text-second text-text-3">{row.label}</dt>
      <dd className="min-w-0 text-ctl">
        <span className={value}>{row.value}</span>
        {row.isDefault ? (
          <span className="ml-2 rounded-check border border-line-1 px-1.5 text-axis text-text-3">{t('config.default')}</span>
        ) : null}
        {row.saved ? (
          <span className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-second">
            <span className="text-text-2">
              {t('config.savedIs')} <span className={value}>{row.saved.value}</span>
            </span>
            <Tag
              hue={row.saved.needsRestart ? 'warn' : 'ok'}
              icon={row.saved.needsRestart ? undefined : <Zap size={11} aria-hidden="true" />}
            >
              {row.saved.needsRestart ? t('config.needsRestart') : t('config.appliedOnSave')}
            </Tag>
          </span>
        ) : null}
      </dd>
    </div>
  );
}
