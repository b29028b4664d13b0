import { SettingsPage } from '../../../components/administration/settings-page.tsx';

export default function Page() {
  return <SettingsPage />;
}
