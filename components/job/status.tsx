'use client';
/** The 14 status marks (14 px; the shape alone is enough) and the mark with its word. */
import type { ReactNode } from 'react';
import type { JobStatus } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { MARK_HUE, WORD_CLASS } from './status-look.ts';

const INSIDE = 'var(--surface)';

/** A turning quarter arc on a faint ring, with a sign that stands still inside. */
function Turning({ children }: { children?: ReactNode }) {
  return (
    <>
      <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeOpacity=".28" strokeWidth="1.8" />
      <path d="M7 1.4A5.6 5.6 0 0 1 12.6 7" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" className="turning" />
      {children}
    </>
  );
}

const stroke = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.7, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

const SHAPES: Record<JobStatus | 'unreachable', ReactNode> = {
  job_init: <circle cx="7" cy="7" r="5.4" {...stroke} strokeDasharray="2.3 2" />,
  job_submitting: <Turning />,
  job_submit_fail: (
    <>
      <path d="M7 .6 13.4 7 7 13.4 .6 7z" fill="currentColor" />
      <path d="m5.2 5.2 3.6 3.6m0-3.6L5.2 8.8" {...stroke} stroke={INSIDE} strokeWidth={1.5} />
    </>
  ),
  job_running: (
    <>
      <circle cx="7" cy="7" r="6.2" fill="currentColor" />
      <path d="M5.6 4.4v5.2L9.8 7z" fill={INSIDE} />
    </>
  ),
  job_running_exception: (
    <>
      <path d="M7 1 13.4 12.4H.6z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />
      <path d="M7 5.2v3.2M7 10.4v.1" {...stroke} stroke={INSIDE} strokeWidth={1.5} />
    </>
  ),
  job_downloading: (
    <Turning>
      <path d="M7 4.4v4.6m-1.8-1.7L7 9.1l1.8-1.8" {...stroke} strokeWidth={1.3} />
    </Turning>
  ),
  job_idle: (
    <>
      <circle cx="7" cy="7" r="5.6" {...stroke} />
      <path d="M5.7 5.2v3.6M8.3 5.2v3.6" {...stroke} strokeWidth={1.5} />
    </>
  ),
  job_canceling: (
    <Turning>
      <rect x="5" y="5" width="4" height="4" rx=".8" fill="currentColor" />
    </Turning>
  ),
  job_cancel_success: <rect x="1.6" y="1.6" width="10.8" height="10.8" rx="2.6" fill="currentColor" />,
  job_cancel_fail: (
    <>
      <rect x="1.7" y="1.7" width="10.6" height="10.6" rx="2.4" {...stroke} />
      <path d="M7 4.4v3.2M7 9.6v.1" {...stroke} strokeWidth={1.5} />
    </>
  ),
  job_savepointing: (
    <Turning>
      <path d="M5.2 4.4h3.6v5L7 8.1 5.2 9.4z" fill="currentColor" />
    </Turning>
  ),
  job_arrearage_stopped: (
    <>
      <rect x="1.7" y="1.7" width="10.6" height="10.6" rx="2.4" {...stroke} />
      <path d="M4.8 7h4.4" {...stroke} strokeWidth={1.5} />
    </>
  ),
  job_arrearage_recovering: (
    <Turning>
      <path d="M7 9.4V4.8m-1.8 1.7L7 4.7l1.8 1.8" {...stroke} strokeWidth={1.3} />
    </Turning>
  ),
  job_finish: (
    <>
      <circle cx="7" cy="7" r="5.7" {...stroke} />
      <path d="m4.6 7.1 1.7 1.7 3.1-3.4" {...stroke} strokeWidth={1.6} />
    </>
  ),
  unreachable: (
    <>
      <circle cx="7" cy="7" r="5.6" {...stroke} strokeDasharray="2.3 2" />
      <path d="M5.6 5.7c.2-1.9 2.9-1.7 2.8 0 0 1-1.4 1-1.4 2M7 9.5v.1" {...stroke} strokeWidth={1.2} />
    </>
  ),
};

const HUE_CLASS = {
  ok: 'text-ok-mark',
  warn: 'text-warn-mark',
  exc: 'text-exc-mark',
  bad: 'text-bad-mark',
  draft: 'text-draft-mark',
  save: 'text-save-mark',
  off: 'text-off-mark',
} as const;

export function StatusMark({ status, size = 14 }: { status: JobStatus | 'unreachable'; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 14 14"
      aria-hidden="true"
      className={cx('shrink-0', status === 'unreachable' ? 'text-off-mark' : HUE_CLASS[MARK_HUE[status]])}
    >
      {SHAPES[status]}
    </svg>
  );
}

/** Mark and word. A job whose engine is silent keeps its last status, in text-3, beside the sign of silence. */
export function StatusWord({
  status,
  unreachableSince = null,
  className,
}: {
  status: JobStatus;
  unreachableSince?: number | null;
  className?: string;
}) {
  const { t, f } = useI18n();
  return (
    <span
      className={cx(
        'inline-flex min-w-0 items-center gap-2 align-middle font-medium',
        unreachableSince ? 'text-text-3' : WORD_CLASS[status],
        className,
      )}
    >
      <StatusMark status={status} />
      <span className="truncate">{t(`status.${status}`)}</span>
      {unreachableSince ? (
        <span className="inline-flex items-center gap-1 text-off" title={t('status.unreachable', { time: f.exact(unreachableSince) })}>
          <StatusMark status="unreachable" />
          <span className="sr-only">{t('status.unreachable', { time: f.minute(unreachableSince) })}</span>
        </span>
      ) : null}
    </span>
  );
}
