'use client';
/** Cells that the lists of alarms share. */
import { CircleAlert, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import type { Alarm } from '../../server/contract/alarms.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Tag } from '../ui/surface.tsx';
import { conditionText, detailText, ruleNameOf } from './words.ts';

/** Severity by mark and word, the condition, and the rule it comes from. */
export function AlarmName({ alarm }: { alarm: Alarm }) {
  const { t, f } = useI18n();
  const Icon = alarm.severity === 'critical' ? CircleAlert : TriangleAlert;
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Icon size={16} aria-hidden="true" className={alarm.severity === 'critical' ? 'shrink-0 text-bad-mark' : 'shrink-0 text-warn-mark'} />
      <span className="min-w-0">
        <span className="block truncate font-semibold">{conditionText(alarm.condition, t, f)}</span>
        <span className="block truncate text-second text-text-3">
          {t(`alarm.severity.${alarm.severity}`)} · {ruleNameOf(alarm, t)}
        </span>
      </span>
    </span>
  );
}

export function JobLink({ alarm }: { alarm: Alarm }) {
  return (
    <Link href={`/jobs/${alarm.jobId}?tab=alarms`} prefetch={false} className="link">
      {alarm.jobName}
    </Link>
  );
}

/** What is known of an alarm beside its measure: how often, that it is silenced, who looks after it. */
function AlarmMarks({ alarm }: { alarm: Alarm }) {
  const { t, f } = useI18n();
  return (
    <>
      {alarm.count > 1 ? <Tag>{t('alarm.times', { n: alarm.count })}</Tag> : null}
      {alarm.isSilenced ? <Tag hue="warn">{t('alarm.silenced')}</Tag> : null}
      {alarm.acknowledged ? (
        <Tag hue="ok" title={[f.exact(alarm.acknowledged.at), alarm.acknowledged.note].filter(Boolean).join(' · ')}>
          {t('alarm.acknowledged', { name: alarm.acknowledged.by })}
        </Tag>
      ) : null}
    </>
  );
}

/** Its measure, and under it what else is known. */
export function AlarmDetail({ alarm }: { alarm: Alarm }) {
  const { said } = useI18n();
  const text = detailText(alarm, said);
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate" title={text}>
        {text}
      </span>
      <span className="flex gap-1.5 empty:hidden">
        <AlarmMarks alarm={alarm} />
      </span>
    </span>
  );
}
