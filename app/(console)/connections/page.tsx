import { ConnectionsPage } from '../../../components/connections/connections-page.tsx';

export default function Page() {
  return <ConnectionsPage />;
}
