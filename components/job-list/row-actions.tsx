'use client';
/** Edit, Start, More of a row. What is off says why. */
import { ChevronDown } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { JobSummary } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { MoreMenu } from '../job/more-menu.tsx';
import { Button } from '../ui/button.tsx';

export function RowActions({ job, menuOpen, onMenu }: { job: JobSummary; menuOpen: boolean; onMenu(open: boolean): void }) {
  const { t } = useI18n();
  const router = useRouter();
  const dialogs = useJobDialogs();
  const reason = (act: 'edit' | 'start') => {
    const off = offReason(act, job.status);
    return off ? t(off) : null;
  };
  return (
    <span className="inline-flex items-center justify-end gap-3">
      <Button
        look="link"
        size="sm"
        offReason={reason('edit')}
        aria-label={t('act.of', { act: t('act.edit'), name: job.name })}
        onClick={() => router.push(`/jobs/${job.id}/edit`)}
      >
        {t('act.edit')}
      </Button>
      <Button
        look="link"
        size="sm"
        offReason={reason('start')}
        aria-label={t('act.of', { act: t('act.start'), name: job.name })}
        onClick={() => dialogs.show({ kind: 'start', jobs: [job] })}
      >
        {t('act.start')}
      </Button>
      <MoreMenu
        job={job}
        open={menuOpen}
        onOpenChange={onMenu}
        trigger={
          <Button look="link" size="sm" className="gap-1!" aria-label={t('act.of', { act: t('common.more'), name: job.name })}>
            {t('common.more')}
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
        }
      />
    </span>
  );
}
