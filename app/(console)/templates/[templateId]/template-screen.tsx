'use client';
import dynamic from 'next/dynamic';
import { TemplateEditor } from '../../../../components/templates/template-editor.tsx';

const SqlEditor = dynamic(() => import('../../../../components/sql-editor/sql-editor.tsx').then((module) => module.SqlEditor), {
  ssr: false,
});

export function TemplateScreen({ templateId }: { templateId: number | null }) {
  return <TemplateEditor templateId={templateId} editor={(props) => <SqlEditor {...props} />} />;
}
