import { Suspense } from 'react';
import { AlarmsPage } from '../../../components/alarms/alarms-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <AlarmsPage />
    </Suspense>
  );
}
