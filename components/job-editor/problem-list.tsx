'use client';
/** Below the editor: problems (the twin of the marks), preview, history of versions. */
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { CheckSqlAnswer, SqlMark } from '../../server/contract/check.ts';
import type { Job, JobVersion } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Kbd } from '../ui/surface.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { VersionCompare } from './version-compare.tsx';

export interface ProblemListProps {
  job: Job;
  check: CheckSqlAnswer | undefined;
  checking: boolean;
  onGo(mark: SqlMark): void;
  onFix(mark: SqlMark): void;
  onVersion(version: JobVersion): void;
  preview: ReactNode;
}

export function ProblemList(props: ProblemListProps) {
  const { t, f } = useI18n();
  const [tab, setTab] = useState('problems');
  const [compared, setCompared] = useState<number | null>(null);
  const marks = props.check?.marks ?? [];
  const versions = useQuery(
    routeQuery('listJobVersions', keys.jobPart(props.job.id, 'versions', props.job.version), { params: { jobId: props.job.id } }),
  );
  return (
    <div className={cx('flex shrink-0 flex-col border-t border-line-1 bg-surface', tab === 'preview' ? 'h-[300px]' : 'h-[188px]')}>
      <div className="relative">
        <Tabs
          compact
          label={t('edit.problems')}
          value={tab}
          onChange={setTab}
          tabs={[
            {
              value: 'problems',
              label: t('edit.problems'),
              count: String(marks.length),
              mark: marks.some((mark) => mark.severity === 'error') ? (
                <CircleX size={14} className="text-bad" aria-hidden="true" />
              ) : undefined,
            },
            { value: 'preview', label: t('edit.preview') },
            { value: 'history', label: t('edit.history'), count: versions.data ? String(versions.data.versions.length) : undefined },
          ]}
        />
        <span role="status" className="max-md:hidden absolute top-2.5 right-4 text-second text-text-3">
          {props.checking ? t('edit.checking') : props.check ? t('edit.checked', { took: f.took(props.check.tookMs) }) : ''}
        </span>
      </div>
      <div className="grow overflow-y-auto">
        {tab === 'problems' ? <Problems {...props} marks={marks} /> : null}
        {/* A preview goes on while another tab is looked at. */}
        <div className={tab === 'preview' ? 'h-full' : 'hidden'}>{props.preview}</div>
        {tab === 'history' ? (
          <History versions={versions.data?.versions ?? []} current={props.job.version} onCompare={setCompared} />
        ) : null}
      </div>
      {compared === null ? null : (
        <VersionCompare
          job={props.job}
          number={compared}
          onClose={() => setCompared(null)}
          onTake={(version) => {
            setCompared(null);
            props.onVersion(version);
          }}
        />
      )}
    </div>
  );
}

function Problems({ marks, check, onGo, onFix }: ProblemListProps & { marks: readonly SqlMark[] }) {
  const { t, said } = useI18n();
  if (marks.length === 0) {
    return check ? (
      <p className="flex items-center gap-2 px-4 py-3 text-ctl text-ok">
        <CircleCheck size={15} aria-hidden="true" />
        {check.isRight ? t('edit.right', { n: check.operators, m: check.statefulOperators }) : t('edit.noProblems')}
      </p>
    ) : null;
  }
  const first = marks.find((mark) => mark.replacement !== null);
  return (
    <ul>
      {marks.map((mark) => (
        <li key={`${mark.from}-${mark.message}`} className="flex items-center gap-3 border-b border-line-1 px-4 py-2">
          {mark.severity === 'error' ? (
            <CircleX size={15} className="shrink-0 text-bad" aria-hidden="true" />
          ) : (
            <TriangleAlert size={15} className="shrink-0 text-warn" aria-hidden="true" />
          )}
          <button type="button" onClick={() => onGo(mark)} className="min-w-0 grow rounded-[3px] text-left text-ctl">
            <span className="font-semibold">{said(mark.said, mark.message)}</span>{' '}
            <span className="text-text-3">{t('edit.problemPlace', { line: mark.line, column: mark.column })}</span>
          </button>
          {mark.replacement === null ? null : (
            <Button size="sm" onClick={() => onFix(mark)}>
              {t('edit.change', { text: mark.replacement })} {mark === first ? <Kbd>⌘.</Kbd> : null}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function History({
  versions,
  current,
  onCompare,
}: {
  versions: readonly { number: number; note: string; createdAt: number; createdBy: { name: string } }[];
  current: number;
  onCompare(number: number): void;
}) {
  const { t, f } = useI18n();
  return (
    <ul>
      {versions.map((version) => (
        <li key={version.number} className="flex items-center gap-3 border-b border-line-1 px-4 py-2 text-ctl">
          <span className="num w-24 shrink-0 font-semibold">{t('job.version', { n: version.number })}</span>
          <span className="grow truncate text-text-2">
            {t('edit.versionBy', { who: version.createdBy.name, time: f.exact(version.createdAt) })} {version.note}
          </span>
          {version.number === current ? null : (
            <Button look="link" size="sm" onClick={() => onCompare(version.number)}>
              {t('version.compare', { n: version.number })}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
