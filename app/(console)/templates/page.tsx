import { TemplatesPage } from '../../../components/templates/templates-page.tsx';

export default function Page() {
  return <TemplatesPage />;
}
