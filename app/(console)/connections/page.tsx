import { Suspense } from 'react';
import { ConnectionsPage } from '../../../components/connections/connections-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <ConnectionsPage />
    </Suspense>
  );
}
