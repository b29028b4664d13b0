'use client';
/** Goes to the setting, or opens the act, that mends what an event would do. */
import { ArrowRight } from 'lucide-react';
import type { GuideAnswer, GuideMend } from '../../server/contract/guide.ts';
import type { Job } from '../../server/contract/job.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';

export function hrefOf(mend: Exclude<GuideMend, { kind: 'act' }>, jobId: number): string {
  if (mend.kind === 'option') return `/jobs/${jobId}/edit#option-${mend.option}`;
  switch (mend.page) {
    case 'edit':
      return `/jobs/${jobId}/edit`;
    case 'snapshots':
    case 'ledger':
      return `/jobs/${jobId}?tab=${mend.page}`;
    case 'alarms':
    case 'settings':
      return `/${mend.page}`;
  }
}

const ACTS = {
  start: 'act.start',
  stop: 'act.stop',
  'trigger-savepoint': 'act.trigger-savepoint',
  'import-savepoint': 'act.import-savepoint',
} as const satisfies Record<string, PlainKey>;

export function MendButton({ answer, job }: { answer: GuideAnswer; job: Job }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  const { mend, number } = answer;
  if (mend === null) return null;
  const arrow = <ArrowRight size={13} aria-hidden="true" />;
  if (mend.kind === 'act') {
    const off = offReason(mend.act, job.status);
    const label = t(ACTS[mend.act]);
    return (
      <Button
        size="sm"
        offReason={off ? t(off) : null}
        aria-label={t('guide.mend.of', { act: label, n: number })}
        onClick={() => dialogs.show({ kind: mend.act, jobs: [job] })}
      >
        {label}
      </Button>
    );
  }
  const label =
    mend.kind === 'option' ? t('guide.mend.option', { label: t(`options.${mend.option}` as PlainKey) }) : t(`guide.mend.page.${mend.page}`);
  return (
    <ButtonLink size="sm" href={hrefOf(mend, job.id)}>
      {label}
      {arrow}
    </ButtonLink>
  );
}
