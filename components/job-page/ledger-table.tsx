'use client';
/** Entries of the ledger: run, time, what, from which snapshot, lost, read again, doubled, verdict. */
import type { LedgerEntry } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { FigureValue } from '../job/figures.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Empty, Tag } from '../ui/surface.tsx';

const HUE = { ok: 'ok', warn: 'warn', bad: 'bad', unknown: 'off' } as const;
/** Kinds that have a price; a stop or an import alone has none. */
const PRICED: ReadonlySet<LedgerEntry['kind']> = new Set<LedgerEntry['kind']>(['start', 'auto-restart', 'fallback']);

export function LedgerTable({ entries, wide = false }: { entries: readonly LedgerEntry[]; wide?: boolean }) {
  const { t, f, said } = useI18n();
  const dim = <span className="text-text-3">--</span>;
  return (
    <PlainTable
      label={t('job.tab.ledger')}
      minWidth={560}
      head={[
        { key: 'run', text: t('ledger.run') },
        { key: 'at', text: t('ledger.at') },
        { key: 'what', text: t('ledger.what') },
        { key: 'from', text: t('ledger.from') },
        { key: 'lost', text: t('loss.lost'), align: 'right' },
        { key: 'again', text: t('loss.readAgain'), align: 'right' },
        { key: 'doubled', text: t('loss.doubled'), align: 'right' },
        { key: 'verdict', text: t('ledger.verdict') },
        ...(wide ? [{ key: 'who', text: t('ledger.who') }] : []),
      ]}
      rows={entries.map((entry) => {
        const priced = PRICED.has(entry.kind);
        return {
          key: String(entry.id),
          cells: [
            entry.runNumber ?? dim,
            <span key="t" className="num whitespace-nowrap" title={f.precise(entry.at)}>
              {wide ? f.exact(entry.at) : f.time(entry.at)}
            </span>,
            <span key="w" title={said(entry.said, entry.text)} className={wide ? '' : 'block max-w-[150px] truncate'}>
              <span className="font-medium">{t(`ledger.kind.${entry.kind}`)}</span>
              {wide ? <span className="block text-second text-text-3">{said(entry.said, entry.text)}</span> : null}
            </span>,
            <span key="f" className="block max-w-[168px] truncate font-mono text-second" title={entry.snapshot?.name}>
              {entry.snapshot?.name ?? '--'}
            </span>,
            priced ? <FigureValue key="l" kind="lost" figure={entry.lost} /> : dim,
            priced ? <FigureValue key="r" kind="readAgain" figure={entry.readAgain} /> : dim,
            priced ? <FigureValue key="d" kind="doubled" figure={entry.doubled} /> : dim,
            priced ? (
              <Tag
                key="v"
                hue={HUE[entry.verdict]}
                {...(entry.acceptedBy ? { title: t('ledger.acceptedBy', { who: entry.acceptedBy }) } : {})}
              >
                {t(`verdict.${entry.verdict}`)}
              </Tag>
            ) : (
              dim
            ),
            ...(wide ? [entry.acceptedBy ? t('ledger.acceptedBy', { who: entry.acceptedBy }) : entry.who] : []),
          ],
        };
      })}
      empty={<Empty>{t('ledger.none')}</Empty>}
    />
  );
}
