'use client';
/** Status of a row; a bad one shows its cause in a second line, and in full with a copy button on hover, focus or click. */
import { Copy } from 'lucide-react';
import Link from 'next/link';
import type { JobSummary } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/tooltip.tsx';

export function StatusCell({ job, compact }: { job: JobSummary; compact: boolean }) {
  const { t, f, said } = useI18n();
  if (!job.statusMessage) return <StatusWord status={job.status} unreachableSince={job.unreachableSince} />;
  const message = said(job.statusSaid, job.statusMessage);
  const word = t(`status.${job.status}`);
  return (
    <Popover
      label={t('status.causeOf', { status: word, name: job.name })}
      openOnHover
      width={380}
      trigger={
        <button type="button" className="block w-full min-w-0 rounded-[3px] text-left">
          <StatusWord status={job.status} unreachableSince={job.unreachableSince} className="max-w-full" />
          {compact ? null : <span className="block truncate text-second font-normal text-text-3">{message}</span>}
        </button>
      }
    >
      <div className="flex items-center gap-2">
        <StatusWord status={job.status} className="text-ctl" />
        <span className="ml-auto text-hint text-text-3">{t('status.since', { time: f.exact(job.statusAt) })}</span>
      </div>
      <p className="mt-2 max-h-60 overflow-y-auto text-ctl break-words whitespace-pre-wrap">{message}</p>
      <div className="mt-3 flex items-center gap-3">
        <Button size="sm" icon={<Copy size={13} aria-hidden="true" />} onClick={() => void navigator.clipboard.writeText(message)}>
          {t('common.copy')}
        </Button>
        <Link href={`/jobs/${job.id}?tab=exceptions`} prefetch={false} className="link text-ctl">
          {t('status.openExceptions')}
        </Link>
      </div>
    </Popover>
  );
}
