'use client';
/** Events of a job, one line each, with folded details. */
import type { JobEvent } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';

const TONE = { info: 'text-text-3', warn: 'text-warn', error: 'text-bad' } as const;

export function EventList({ events }: { events: readonly JobEvent[] }) {
  const { t, f, said } = useI18n();
  return (
    <ol>
      {events.map((event) => (
        <li key={event.id} className="flex gap-4 border-t border-line-1 px-[18px] py-2 text-ctl">
          <span className="num shrink-0 text-text-2">{f.exact(event.at)}</span>
          <span className={cx('w-12 shrink-0 font-mono text-hint uppercase', TONE[event.level])}>{event.level}</span>
          <span className="min-w-0 grow break-words">
            {said(event.said, event.message)}
            {event.detail ? (
              <details>
                <summary className="link w-fit text-second">{t('exc.detail')}</summary>
                <pre className="mt-1.5 overflow-x-auto rounded-ctl bg-sunken p-3 font-mono text-hint">{event.detail}</pre>
              </details>
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
