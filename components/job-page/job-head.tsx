'use client';
/** Head of the job page: name, status with cause, delivery pill, facts, actions. */
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, FilePen, Play, ShieldCheck, ShieldQuestionMark, Square } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { JobDelivery } from '../../server/contract/check.ts';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { deliverySentence, deliveryWhy } from '../job/delivery.ts';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { MoreMenu } from '../job/more-menu.tsx';
import { StatusWord } from '../job/status.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { Button } from '../ui/button.tsx';
import { Notice, Skeleton, Tag } from '../ui/surface.tsx';
import { Popover } from '../ui/tooltip.tsx';

export function JobHead({ job }: { job: Job }) {
  const { t, f, said } = useI18n();
  const facts = [
    `ID ${job.id}`,
    t(`type.${job.type}`),
    t('job.cus', { queue: job.queueName, n: job.cuNumber }),
    t('job.version', { n: job.runningVersion ?? job.version }),
    job.owner.name,
  ];
  if (job.startedAt) facts.push(t('job.startedAt', { time: f.exact(job.startedAt) }));
  return (
    <div className="bg-canvas px-(--gutter) pt-3.5 pb-2">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 grow">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="tight truncate text-page">{job.name}</h1>
            <StatusWord status={job.status} unreachableSince={job.unreachableSince} />
            {/* On a phone a line of its own, whatever it says. */}
            <span className="inline-flex min-h-[22px] max-md:basis-full">
              <DeliveryPill jobId={job.id} version={job.version} />
            </span>
          </div>
          <div className="num mt-0.5 flex flex-wrap gap-x-3.5 text-second text-text-2">
            {facts.map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </div>
          {job.description ? <p className="mt-0.5 max-w-[720px] truncate text-second text-text-3">{job.description}</p> : null}
        </div>
        <Actions job={job} />
      </div>
      {job.unreachableSince ? (
        <Notice kind="off" className="mt-3">
          {t('job.stale', { time: f.clock(job.unreachableSince) })}
        </Notice>
      ) : null}
      {job.statusMessage ? (
        <Notice kind={job.status === 'job_running' ? 'warn' : 'bad'} className="mt-3">
          <span className="break-words whitespace-pre-wrap">{said(job.statusSaid, job.statusMessage)}</span>
        </Notice>
      ) : null}
    </div>
  );
}

function Actions({ job }: { job: Job }) {
  const { t } = useI18n();
  const router = useRouter();
  const dialogs = useJobDialogs();
  const off = (act: 'edit' | 'start' | 'stop' | 'trigger-savepoint') => {
    const reason = offReason(act, job.status);
    return reason ? t(reason) : null;
  };
  const edit = () => router.push(`/jobs/${job.id}/edit`);
  const show = (kind: 'start' | 'stop' | 'trigger-savepoint') => off(kind) === null && dialogs.show({ kind, jobs: [job] });
  useShortcut('e', () => off('edit') === null && edit());
  useShortcut('s', () => show('start'));
  useShortcut('shift+s', () => show('stop'));
  useShortcut('shift+p', () => show('trigger-savepoint'));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button icon={<FilePen size={15} aria-hidden="true" />} offReason={off('edit')} onClick={edit}>
        {t('act.edit')}
      </Button>
      <Button icon={<Play size={14} aria-hidden="true" />} offReason={off('start')} onClick={() => show('start')}>
        {t('act.start')}
      </Button>
      <Button icon={<Square size={13} aria-hidden="true" />} offReason={off('stop')} onClick={() => show('stop')}>
        {t('act.stop')}
      </Button>
      <MoreMenu
        job={job}
        trigger={
          <Button>
            {t('common.more')}
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
        }
      />
    </div>
  );
}

const HUE = { 'exactly-once': 'ok', idempotent: 'ok', 'at-least-once': 'warn', none: 'bad' } as const;

function DeliveryPill({ jobId, version }: { jobId: number; version: number }) {
  const { t, said } = useI18n();
  const { data } = useQuery(routeQuery('getJobDelivery', keys.jobPart(jobId, 'delivery', version), { params: { jobId } }));
  // Its place is kept while it is asked for, so that the lines below do not move.
  if (!data) return <Skeleton width={150} height={22} />;
  if (data.kind === 'not-planned') return <NotPlanned jobId={jobId} delivery={data} />;
  if (data.sinks.length === 0) return null;
  return (
    <Popover
      label={t('job.delivery')}
      width={420}
      trigger={
        <button
          type="button"
          className="inline-flex h-[22px] items-center gap-1.5 rounded-chip border border-line-2 bg-surface px-2 text-hint font-medium hover:bg-hover"
        >
          <ShieldCheck size={13} aria-hidden="true" className="text-text-2" />
          {deliverySentence(data, t)}
        </button>
      }
    >
      <h2 className="mb-2 text-ctl font-semibold">{t('job.delivery')}</h2>
      <ul className="flex flex-col gap-2.5">
        {data.sinks.map((sink) => (
          <li key={sink.name} className="text-ctl">
            <span className="flex items-center gap-2">
              <span className="grow truncate font-mono text-second">{sink.name}</span>
              <span className="text-second text-text-3">{sink.connector}</span>
              <Tag hue={HUE[sink.guarantee]}>{t(`guarantee.${sink.guarantee}`)}</Tag>
            </span>
            {sink.why ? <span className="block text-second text-text-2">{deliveryWhy(sink, { t, said })}</span> : null}
          </li>
        ))}
      </ul>
    </Popover>
  );
}

/** The SQL does not plan: where, and the way to the editor. A job without SQL has nothing to correct. */
function NotPlanned({ jobId, delivery }: { jobId: number; delivery: Extract<JobDelivery, { kind: 'not-planned' }> }) {
  const { t, said } = useI18n();
  const first = delivery.marks.find((mark) => mark.severity === 'error');
  if (!first) return null;
  return (
    <Popover
      label={t('job.delivery')}
      width={420}
      trigger={
        <button
          type="button"
          className="inline-flex h-[22px] items-center gap-1.5 rounded-chip border border-line-2 bg-surface px-2 text-hint font-medium hover:bg-hover"
        >
          <ShieldQuestionMark size={13} aria-hidden="true" className="text-warn" />
          {t('delivery.notPlanned')}
        </button>
      }
    >
      <h2 className="mb-2 text-ctl font-semibold">{t('job.delivery')}</h2>
      <p className="text-ctl text-text-2">
        {t('delivery.notPlannedText', { line: first.line, column: first.column })}{' '}
        <span className="text-text-1">{said(first.said, first.message)}</span>
      </p>
      <Link href={`/jobs/${jobId}/edit`} className="link mt-2 inline-block text-ctl">
        {t('delivery.correct')}
      </Link>
    </Popover>
  );
}
