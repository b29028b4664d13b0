'use client';
/** State of the event stream: live, reconnecting (said after 3 s), paused, offline; a click shows the last event and Reload. */
import { useQueryClient } from '@tanstack/react-query';
import { useLiveStatus, useLiveStream, useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Popover } from '../ui/tooltip.tsx';

const SAID_AFTER_MS = 3_000;
const DOT = {
  live: 'bg-ok-mark ring-4 ring-ok-soft',
  connecting: 'bg-off-mark',
  reconnecting: 'bg-warn-mark',
  paused: 'bg-off-mark',
  offline: 'bg-bad-mark',
} as const;

export function LiveIndicator() {
  const { t, f } = useI18n();
  const status = useLiveStatus();
  const stream = useLiveStream();
  const client = useQueryClient();
  const now = useNow() ?? 0;
  const fresh = status.state === 'reconnecting' && now - (status.lostAt ?? now) < SAID_AFTER_MS;
  const state = fresh ? 'live' : status.state;
  const word = {
    live: t('live.live'),
    connecting: t('live.connecting'),
    reconnecting: t('live.reconnecting', { time: f.clock(status.lastAt) }),
    paused: t('live.paused'),
    offline: t('live.offline', { time: f.minute(status.lostAt) }),
  }[state];
  return (
    <Popover
      label={t('live.title')}
      align="end"
      width={260}
      trigger={
        <button
          type="button"
          className={cx(
            'flex h-7 items-center gap-2 rounded-full border border-line-2 px-3 text-second whitespace-nowrap',
            state === 'offline' && 'text-bad',
            state === 'reconnecting' && 'text-warn',
          )}
        >
          <span aria-hidden="true" className={cx('size-1.5 rounded-full', DOT[state])} />
          <span role="status">{word}</span>
        </button>
      }
    >
      <div className="flex items-center gap-3 text-ctl">
        <span className="grow text-text-2">{status.lastAt ? t('live.last', { time: f.clock(status.lastAt) }) : t('live.none')}</span>
        <Button
          size="sm"
          onClick={() => {
            stream.open();
            void client.invalidateQueries();
          }}
        >
          {t('live.reload')}
        </Button>
      </div>
    </Popover>
  );
}
