/** How a sink writes and what its delivery promises, in the viewer's language: told by guarantee and connector, not by the server's text. */
import type { Delivery } from '../../server/contract/check.ts';
import type { I18n, Translate } from '../i18n/provider.tsx';

type Sink = Pick<Delivery['sinks'][number], 'name' | 'connector' | 'guarantee' | 'why' | 'whySaid'>;

/** Why a sink does not show each record exactly once; empty when it does. */
export function deliveryWhy(sink: Sink, { t, said }: Pick<I18n, 't' | 'said'>): string {
  if (sink.why === '') return '';
  const { name, connector, guarantee } = sink;
  if (connector === 'blackhole') return t('delivery.why.blackhole', { name });
  if (connector === 'print') return t('delivery.why.print', { name });
  if (connector === 'jdbc') return t('delivery.why.jdbc', { name });
  if (connector === 'kafka' || connector === 'upsert-kafka')
    return guarantee === 'none' ? t('delivery.why.kafkaNone', { name }) : t('delivery.why.kafka', { name });
  return said(sink.whySaid, sink.why);
}

/** `Exactly once in 2 of 3 sinks`: sinks that overwrite by key show each row once in the end and count too. */
export function deliverySentence({ sinks, overall }: Delivery, t: Translate): string {
  const n = sinks.filter((sink) => sink.guarantee === 'exactly-once' || sink.guarantee === 'idempotent').length;
  const total = sinks.length;
  if (n > 0 && n < total) return t('delivery.some', { n, total });
  const guarantee = n === total ? t('guarantee.exactly-once') : t(`guarantee.${overall}`);
  return total === 1 ? t('delivery.one', { guarantee }) : t('delivery.all', { guarantee, total });
}
