'use client';
/** The job page: head, tabs (in the address), and the tab that is open. Snapshots, plan graph and coach marks are given by the page. */
import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useTellPageName } from '../shell/page-name.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { TabPanel, Tabs } from '../ui/tabs.tsx';
import { ExceptionsTab } from './exceptions-tab.tsx';
import { JobHead } from './job-head.tsx';
import { LedgerTab } from './ledger-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { Overview } from './overview.tsx';
import type { JobPageParts } from './parts.ts';
import { PlanTab } from './plan-tab.tsx';
import { SubmitTab } from './submit-tab.tsx';
import { TagsTab } from './tags-tab.tsx';
import { TasksTab } from './tasks-tab.tsx';

/** It reads the schemas of the options, which no other tab needs. */
const ConfigurationTab = dynamic(() => import('./configuration-tab.tsx').then((module) => module.ConfigurationTab), { ssr: false });

export const TABS = [
  'overview',
  'tasks',
  'plan',
  'snapshots',
  'exceptions',
  'submit',
  'logs',
  'ledger',
  'alarms',
  'configuration',
  'permissions',
  'tags',
] as const;
type TabName = (typeof TABS)[number];

export function JobPage({ jobId, parts }: { jobId: number; parts: JobPageParts }) {
  const { data, error, refetch } = useQuery(routeQuery('getJob', keys.job(jobId), { params: { jobId } }));
  useTellPageName(data?.job.name ?? null);
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" />;
  if (!data) return <Loading />;
  return <Shown job={data.job} parts={parts} />;
}

function Shown({ job, parts }: { job: Job; parts: JobPageParts }) {
  const { t } = useI18n();
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const asked = params.get('tab') as TabName | null;
  const tab: TabName = asked && TABS.includes(asked) ? asked : 'overview';
  const go = (next: string) => router.replace(next === 'overview' ? path : `${path}?tab=${next}`, { scroll: false });
  return (
    <>
      <JobHead job={job} />
      <Tabs
        value={tab}
        onChange={go}
        label={t('job.tabs')}
        allLabel={t('job.allTabs')}
        className="grow"
        tabs={TABS.map((one) => ({
          value: one,
          label: t(`job.tab.${one}`),
          count: one === 'tags' && job.tags.length > 0 ? String(job.tags.length) : undefined,
        }))}
      >
        {TABS.map((one, index) => (
          <TabKey key={one} at={index + 1} onPress={() => go(one)} />
        ))}
        <TabPanel value={tab} className="flex min-w-0 flex-col gap-3.5 px-(--gutter) py-4">
          <Panel
            tab={tab}
            job={job}
            parts={parts}
            coach={params.get('coach') === '1'}
            onHideCoach={() => router.replace(path, { scroll: false })}
          />
        </TabPanel>
      </Tabs>
    </>
  );
}

function TabKey({ at, onPress }: { at: number; onPress(): void }) {
  useShortcut(String(at % 10), onPress);
  return null;
}

function Panel({
  tab,
  job,
  parts,
  coach,
  onHideCoach,
}: {
  tab: TabName;
  job: Job;
  parts: JobPageParts;
  coach: boolean;
  onHideCoach(): void;
}) {
  switch (tab) {
    case 'overview':
      return <Overview job={job} parts={parts} coach={coach} onHideCoach={onHideCoach} />;
    case 'tasks':
      return <TasksTab job={job} />;
    case 'plan':
      return <PlanTab job={job} graph={parts.graph} />;
    case 'snapshots':
      return parts.snapshots(job);
    case 'exceptions':
      return <ExceptionsTab job={job} />;
    case 'submit':
      return <SubmitTab job={job} />;
    case 'logs':
      return <LogsTab job={job} />;
    case 'ledger':
      return <LedgerTab job={job} />;
    case 'configuration':
      return <ConfigurationTab job={job} viewer={parts.viewer} />;
    case 'alarms':
      return parts.alarms(job);
    case 'permissions':
      return parts.permissions(job);
    case 'tags':
      return <TagsTab job={job} />;
  }
}

function Loading() {
  return (
    <div className="flex flex-col gap-4 p-(--gutter)">
      <Skeleton width={300} height={28} />
      <Skeleton height={92} />
      <Skeleton height={220} />
      <Skeleton height={300} />
    </div>
  );
}
