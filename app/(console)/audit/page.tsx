import { AuditPage } from '../../../components/administration/audit-page.tsx';

export default function Page() {
  return <AuditPage />;
}
