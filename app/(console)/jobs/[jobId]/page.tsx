import { notFound } from 'next/navigation';
import { Suspense } from 'react';
import { JobScreen } from './job-screen.tsx';

export default async function JobDetailPage({ params }: { params: Promise<{ jobId: string }> }) {
  const jobId = Number((await params).jobId);
  if (!Number.isInteger(jobId) || jobId < 1) notFound();
  return (
    <Suspense>
      <JobScreen jobId={jobId} />
    </Suspense>
  );
}
