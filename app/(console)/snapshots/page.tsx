import { SnapshotsPage } from '../../../components/snapshots/snapshots-page.tsx';

export default function Snapshots() {
  return <SnapshotsPage />;
}
