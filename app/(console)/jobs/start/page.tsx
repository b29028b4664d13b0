import { Suspense } from 'react';
import { StartPage } from '../../../../components/start-job/start-page.tsx';

export default function StartJobsPage() {
  return (
    <Suspense>
      <StartPage />
    </Suspense>
  );
}
