import { QueuesPage } from '../../../components/administration/queues-page.tsx';

export default function Page() {
  return <QueuesPage />;
}
