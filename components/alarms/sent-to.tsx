'use client';
/** Channels that were told of an alarm; on click what became of each notice, in the channel's own words. */
import type { Alarm } from '../../server/contract/alarms.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { Tag } from '../ui/surface.tsx';
import { Popover } from '../ui/tooltip.tsx';

const HUE = { waiting: 'off', delivered: 'ok', failed: 'bad' } as const;

export function SentTo({ alarm }: { alarm: Alarm }) {
  const { t, f, said } = useI18n();
  if (alarm.sentTo.length === 0) {
    return <span className="text-text-3">{alarm.isSilenced ? t('alarm.silenced') : t('alarm.nobody')}</span>;
  }
  const names = [...new Set(alarm.sentTo.map((one) => one.channelName))].join(', ');
  const isBad = alarm.sentTo.some((one) => one.status === 'failed' || (one.status === 'waiting' && one.attempts > 0));
  return (
    <Popover
      label={t('alarm.deliveries')}
      width={360}
      trigger={
        <button type="button" className={cx('max-w-full truncate rounded-[3px] underline-offset-3 hover:underline', isBad && 'text-bad')}>
          {names}
        </button>
      }
    >
      <h3 className="mb-2 text-ctl font-semibold">{t('alarm.deliveries')}</h3>
      <ul className="flex flex-col gap-2.5">
        {alarm.sentTo.map((one) => (
          <li key={`${one.channelId}-${one.transition}-${one.at}`} className="text-second">
            <div className="flex items-center gap-2">
              <span className="font-medium">{one.channelName}</span>
              <span className="text-text-3">{t(`alarm.transition.${one.transition}`)}</span>
              <Tag hue={HUE[one.status]} className="ml-auto">
                {t(`alarm.delivery.${one.status}`)}
              </Tag>
            </div>
            <div className="text-text-3">
              {f.exact(one.at)} · {t('alarm.tries', { n: one.attempts })}
            </div>
            {one.message ? <div className="break-words text-text-2">{said(one.said, one.message)}</div> : null}
          </li>
        ))}
      </ul>
    </Popover>
  );
}
