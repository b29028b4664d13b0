import { notFound } from 'next/navigation';
import { EditScreen } from './edit-screen.tsx';

export default async function EditPage({ params }: { params: Promise<{ jobId: string }> }) {
  const jobId = Number((await params).jobId);
  if (!Number.isInteger(jobId) || jobId < 1) notFound();
  return <EditScreen jobId={jobId} />;
}
