'use client';
/** What each sink will show after the next start: with savepoint beside without. */
import { Check, CopyPlus, X } from 'lucide-react';
import type { StopPreview } from '../../server/contract/stop.ts';
import { useI18n } from '../i18n/provider.tsx';
import { deliveryWhy } from '../job/delivery.ts';
import { figureText } from '../job/figures.tsx';
import { PlainTable } from '../ui/data-table.tsx';

type Sink = StopPreview['modes'][number]['sinks'][number];

export function SinkTable({ preview }: { preview: StopPreview }) {
  const { t, said } = useI18n();
  const saved = preview.modes.find((one) => one.mode === 'savepoint')?.sinks ?? [];
  const without = preview.modes.find((one) => one.mode === 'without')?.sinks ?? [];
  const names = [...new Set([...saved, ...without].map((one) => one.name))];
  if (names.length === 0) return null;
  return (
    <section>
      <h2 className="mb-1.5 text-ctl font-semibold">{t('stop.sinks')}</h2>
      <div className="overflow-hidden rounded-card border border-line-1">
        <PlainTable
          label={t('stop.sinks')}
          head={[
            { key: 'sink', text: t('start.sink') },
            { key: 'how', text: t('start.how') },
            { key: 'with', text: t('stop.with'), align: 'right' },
            { key: 'without', text: t('stop.without'), align: 'right' },
          ]}
          rows={names.map((name) => {
            const one = saved.find((sink) => sink.name === name);
            const other = without.find((sink) => sink.name === name);
            const sink = one ?? other;
            return {
              key: name,
              cells: [
                <span key="n" className="font-mono text-second">
                  {name}
                </span>,
                <span key="h" className="text-text-2" title={sink ? deliveryWhy(sink, { t, said }) : undefined}>
                  {sink ? t(`sink.how.${sink.guarantee}`) : '--'}
                </span>,
                <Outcome key="w" sink={one} />,
                <Outcome key="o" sink={other} />,
              ],
            };
          })}
        />
      </div>
    </section>
  );
}

function Outcome({ sink }: { sink: Sink | undefined }) {
  const { t, f } = useI18n();
  if (!sink) return <span className="text-text-3">--</span>;
  const row = 'inline-flex items-center gap-1.5 whitespace-nowrap';
  if (sink.lost.value === null || sink.lost.value > 0) {
    return (
      <span className={`${row} text-bad`}>
        <X size={14} aria-hidden="true" />
        {t('stop.lost', { n: figureText(sink.lost, t, f) })}
      </span>
    );
  }
  if (sink.doubled.value === null || sink.doubled.value > 0) {
    return (
      <span className={`${row} text-warn`}>
        <CopyPlus size={14} aria-hidden="true" />
        {t('stop.twice', { n: figureText(sink.doubled, t, f) })}
      </span>
    );
  }
  return (
    <span className={`${row} text-ok`}>
      <Check size={14} aria-hidden="true" />
      {t('stop.exact')}
    </span>
  );
}
