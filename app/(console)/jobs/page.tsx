import { Suspense } from 'react';
import { FirstRun } from '../../../components/first-run/first-run.tsx';
import { JobList } from '../../../components/job-list/job-list.tsx';

export default function JobsPage() {
  return (
    <Suspense>
      <JobList firstRun={<FirstRun />} />
    </Suspense>
  );
}
