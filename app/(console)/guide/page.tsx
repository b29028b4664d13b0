import { GuidePage } from '../../../components/guide/guide-page.tsx';

export default function Page() {
  return <GuidePage />;
}
