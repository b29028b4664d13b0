import { notFound } from 'next/navigation';
import { TemplateScreen } from './template-screen.tsx';

export default async function Page({ params }: { params: Promise<{ templateId: string }> }) {
  const { templateId } = await params;
  if (templateId === 'new') return <TemplateScreen templateId={null} />;
  const id = Number(templateId);
  if (!Number.isInteger(id) || id < 1) notFound();
  return <TemplateScreen templateId={id} />;
}
