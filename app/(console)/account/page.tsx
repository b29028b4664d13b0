import { AccountPage } from '../../../components/administration/account-page.tsx';

export default function Page() {
  return <AccountPage />;
}
