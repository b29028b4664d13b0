'use client';
/** Two versions side by side: SQL line by line, options that differ; from here a version is taken into the editor or made the newest one again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { Job, JobVersion } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { PlainTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { lineDiff } from './line-diff.ts';

export function VersionCompare({
  job,
  number,
  onClose,
  onTake,
}: {
  job: Job;
  /** The older version; it is compared with the saved one. */
  number: number;
  onClose(): void;
  onTake(version: JobVersion): void;
}) {
  const { t, f } = useI18n();
  const version = useQuery(routeQuery('getJobVersion', keys.jobPart(job.id, 'version', number), { params: { jobId: job.id, number } }));
  const rollBack = useRollBack(job, version.data, onClose);
  const same = version.data && version.data.sql === job.sql && changedNames(version.data.options, job.options).length === 0;
  return (
    <Dialog
      open
      onClose={onClose}
      width={1180}
      title={t('version.title', { from: number, to: job.version })}
      subtitle={version.data ? t('edit.versionBy', { who: version.data.createdBy.name, time: f.exact(version.data.createdAt) }) : null}
      closeLabel={t('common.close')}
      footNote={t('version.note')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button offReason={version.data ? null : t('common.loading')} onClick={() => version.data && onTake(version.data)}>
            {t('edit.versionLoad', { n: number })}
          </Button>
          <Button
            look="primary"
            busy={rollBack.isPending}
            offReason={version.data ? (same ? t('version.same') : null) : t('common.loading')}
            onClick={() => rollBack.mutate()}
          >
            {t('version.rollBack', { n: number })}
          </Button>
        </>
      }
    >
      {version.error ? <ErrorNotice error={version.error} onRetry={() => void version.refetch()} /> : null}
      {rollBack.error ? <ErrorNotice error={rollBack.error} /> : null}
      {version.data ? <Difference before={version.data} after={job} /> : version.error ? null : <Skeleton height={320} />}
    </Dialog>
  );
}

/** The old version becomes the newest one under a new number; nothing is rewritten. */
function useRollBack(job: Job, version: JobVersion | undefined, onDone: () => void) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      if (!version) throw new Error('roll back before the version was read');
      const { sql, options, number } = version;
      return call('updateJob', {
        params: { jobId: job.id },
        body: { baseVersion: job.version, sql, options, note: t('version.rolledNote', { n: number }) },
      });
    },
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), { job: answer.job });
      void client.invalidateQueries({ queryKey: keys.jobs });
      toast({ title: t('edit.saved', { n: answer.job.version }), text: answer.needsRestart ? t('edit.restartNote') : undefined });
      onDone();
    },
  });
}

function changedNames(before: JobOptions, after: JobOptions): (keyof JobOptions)[] {
  return (Object.keys(after) as (keyof JobOptions)[]).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

function Difference({ before, after }: { before: JobVersion; after: Job }) {
  const { t } = useI18n();
  const options = changedNames(before.options, after.options);
  return (
    <div className="flex flex-col gap-4">
      <SideBySide before={before.sql} after={after.sql} from={before.number} to={after.version} />
      {options.length > 0 ? (
        <div className="overflow-hidden rounded-card border border-line-1">
          <PlainTable
            label={t('version.options')}
            head={[
              { key: 'name', text: t('version.options') },
              { key: 'before', text: t('job.version', { n: before.number }) },
              { key: 'after', text: t('job.version', { n: after.version }) },
            ]}
            rows={options.map((name) => ({
              key: name,
              cells: [
                <span key="n" className="font-mono text-second">
                  {name}
                </span>,
                <Value key="b" value={before.options[name]} />,
                <Value key="a" value={after.options[name]} />,
              ],
            }))}
          />
        </div>
      ) : (
        <p className="text-ctl text-text-2">{t('version.sameOptions')}</p>
      )}
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  return <span className="font-mono text-second">{typeof value === 'string' ? value || '""' : JSON.stringify(value)}</span>;
}

function SideBySide({ before, after, from, to }: { before: string; after: string; from: number; to: number }) {
  const { t } = useI18n();
  const left = useMemo(() => before.split('\n'), [before]);
  const right = useMemo(() => after.split('\n'), [after]);
  const rows = useMemo(() => lineDiff(left, right), [left, right]);
  const box = useRef<HTMLElement>(null);
  // What differs is what is looked for.
  useEffect(() => box.current?.querySelector('[data-changed]')?.scrollIntoView({ block: 'center' }), []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={box} tabIndex={0} aria-label={t('version.sql')} className="max-h-[52vh] overflow-auto rounded-card border border-line-1">
      <table className="w-full table-fixed font-mono text-second" aria-label={t('version.sql')}>
        <thead className="sticky top-0 bg-sunken font-sans text-text-2">
          <tr className="h-8">
            <th scope="col" colSpan={2} className="px-3 text-left font-medium">
              {t('job.version', { n: from })}
            </th>
            <th scope="col" colSpan={2} className="border-l border-line-1 px-3 text-left font-medium">
              {t('job.version', { n: to })}
            </th>
          </tr>
        </thead>
        <colgroup>
          <col style={{ width: 56 }} />
          <col />
          <col style={{ width: 56 }} />
          <col />
        </colgroup>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.left}-${row.right}`} data-changed={row.same ? undefined : ''} className="align-top">
              <Line number={row.left} text={row.left === null ? null : left[row.left]!} sign={row.same ? ' ' : '−'} />
              <Line number={row.right} text={row.right === null ? null : right[row.right]!} sign={row.same ? ' ' : '+'} second />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ number, text, sign, second = false }: { number: number | null; text: string | null; sign: string; second?: boolean }) {
  const changed = text !== null && sign !== ' ';
  const tone = text === null ? 'bg-sunken' : changed ? (second ? 'bg-ok-soft' : 'bg-bad-soft') : '';
  return (
    <>
      <td className={cx('num px-2 text-right text-text-3 select-none', second && 'border-l border-line-1', tone)}>
        {number === null ? '' : `${number + 1} ${changed ? sign : ' '}`}
      </td>
      <td className={cx('px-2 break-all whitespace-pre-wrap', tone)}>{text ?? ''}</td>
    </>
  );
}
