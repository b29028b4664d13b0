import { PackagesPage } from '../../../components/packages/packages-page.tsx';

export default function Page() {
  return <PackagesPage />;
}
