'use client';
import dynamic from 'next/dynamic';
import { CoachBar } from '../../../../components/first-run/coach-marks.tsx';
import { JobGraph } from '../../../../components/job-graph/job-graph.tsx';
import { JobPage } from '../../../../components/job-page/job-page.tsx';
import type { JobPageParts } from '../../../../components/job-page/parts.ts';
import { Skeleton } from '../../../../components/ui/surface.tsx';

const SnapshotList = dynamic(() => import('../../../../components/snapshots/snapshot-list.tsx').then((module) => module.SnapshotList), {
  ssr: false,
});
const PermissionTab = dynamic(
  () => import('../../../../components/permissions/permission-tab.tsx').then((module) => module.PermissionTab),
  { ssr: false },
);
const JobAlarms = dynamic(() => import('../../../../components/alarms/job-alarms.tsx').then((module) => module.JobAlarms), { ssr: false });
const RecipeBar = dynamic(() => import('../../../../components/recipes/recipe-bar.tsx').then((module) => module.RecipeBar), {
  ssr: false,
  loading: () => <Skeleton height={318} className="rounded-card" />,
});
const SqlEditor = dynamic(() => import('../../../../components/sql-editor/sql-editor.tsx').then((module) => module.SqlEditor), {
  ssr: false,
});

const PARTS: JobPageParts = {
  graph: (graph, tasks, parallelism) => <JobGraph graph={graph} tasks={tasks} parallelism={parallelism} />,
  snapshots: (job) => <SnapshotList job={job} />,
  alarms: (job) => <JobAlarms job={job} />,
  permissions: (job) => <PermissionTab job={job} />,
  coach: (ledger, onHide) => <CoachBar ledger={ledger} onHide={onHide} />,
  recipe: (job) => <RecipeBar job={job} />,
  viewer: (sql, label) => <SqlEditor value={sql} saved={sql} label={label} readOnly />,
};

export function JobScreen({ jobId }: { jobId: number }) {
  return <JobPage jobId={jobId} parts={PARTS} />;
}
