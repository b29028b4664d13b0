'use client';
/** Positions of a start: per partition what the snapshot says, what the source holds, what waits or is gone. Worst first, three at most until asked. */
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import type { StartPreview } from '../../server/contract/start.ts';
import { useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { FigureValue, figureText } from '../job/figures.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Tag } from '../ui/surface.tsx';
import { stripParts } from './strip-parts.ts';

type Partition = StartPreview['positions'][number];
const SHOWN = 3;

function worstFirst(a: Partition, b: Partition): number {
  return (
    (b.lost.value ?? 0) - (a.lost.value ?? 0) ||
    (a.safeForMs ?? Number.POSITIVE_INFINITY) - (b.safeForMs ?? Number.POSITIVE_INFINITY) ||
    a.split.localeCompare(b.split, 'en', { numeric: true })
  );
}

export function Positions({ preview }: { preview: StartPreview }) {
  const sources = [...new Set(preview.positions.map((one) => one.source))];
  return sources.map((source) => (
    <SourcePositions
      key={source}
      source={source}
      checkedAt={preview.checkedAt}
      partitions={preview.positions.filter((one) => one.source === source).sort(worstFirst)}
    />
  ));
}

function SourcePositions({ source, partitions, checkedAt }: { source: string; partitions: readonly Partition[]; checkedAt: number }) {
  const { t, f, said } = useI18n();
  const [all, setAll] = useState(false);
  const gone = partitions.filter((one) => (one.lost.value ?? 0) > 0).length;
  const shown = all ? partitions : partitions.slice(0, SHOWN);
  const dim = <span className="text-text-3">--</span>;
  const number = (n: number | null) => (n === null ? dim : <span className="font-mono text-second">{f.full(n)}</span>);
  return (
    <section>
      <SourceHead source={source} total={partitions.length} gone={gone} checkedAt={checkedAt} />
      <div className="overflow-hidden rounded-card border border-line-1">
        <PlainTable
          label={`${t('start.positions')} ${source}`}
          head={[
            { key: 'split', text: t('start.split') },
            { key: 'snapshot', text: t('start.inSnapshot'), align: 'right' },
            { key: 'holds', text: t('start.sourceHolds') },
            ...(gone > 0
              ? ([
                  { key: 'earliest', text: t('start.earliest'), align: 'right' },
                  { key: 'lost', text: t('start.lost'), align: 'right' },
                  { key: 'latest', text: t('start.latest'), align: 'right' },
                ] as const)
              : ([
                  { key: 'latest', text: t('start.latest'), align: 'right' },
                  { key: 'waiting', text: t('start.waiting'), align: 'right' },
                  { key: 'safe', text: t('start.safeFor'), align: 'right' },
                ] as const)),
          ]}
          rows={shown.map((one) => ({
            key: one.split,
            cells: [
              <span key="s" className="block max-w-[140px] truncate font-mono text-second" title={said(one.said, one.note) || one.split}>
                {one.split}
              </span>,
              <span key="p" className="text-save">
                {number(one.snapshot)}
              </span>,
              <Strip key="h" partition={one} />,
              ...(gone > 0
                ? [number(one.earliest), <FigureValue key="l" kind="lost" figure={one.lost} plainZero />, number(one.latest)]
                : [
                    number(one.latest),
                    <FigureValue key="w" kind="waiting" figure={one.waiting} />,
                    one.safeForMs === null ? dim : f.span(one.safeForMs),
                  ]),
            ],
          }))}
        />
        {partitions.length > SHOWN && !all ? (
          <button
            type="button"
            onClick={() => setAll(true)}
            className="link block w-full border-t border-line-1 px-[18px] py-2 text-left text-ctl"
          >
            {t('start.allParts', { n: partitions.length })}
          </button>
        ) : null}
      </div>
    </section>
  );
}

interface SourceHeadProps {
  readonly source: string;
  readonly total: number;
  /** Partitions whose position the source no longer holds. */
  readonly gone: number;
  readonly checkedAt: number;
}

function SourceHead({ source, total, gone, checkedAt }: SourceHeadProps) {
  const { t, f } = useI18n();
  const now = useNow() ?? checkedAt;
  return (
    <div className="mb-1.5 flex items-center gap-2.5">
      <h2 className="text-ctl font-semibold">{t('start.positions')}</h2>
      <span className="font-mono text-second text-text-2">{source}</span>
      <span className="text-second text-text-3">{t('start.positionsNote', { n: total, age: f.spanWords(now - checkedAt) })}</span>
      <Tag
        hue={gone > 0 ? 'bad' : 'ok'}
        className="ml-auto"
        icon={gone > 0 ? <X size={12} aria-hidden="true" /> : <Check size={12} aria-hidden="true" />}
      >
        {gone > 0 ? t('start.notHeld', { n: gone, total: total }) : t('start.held', { n: total, total: total })}
      </Tag>
    </div>
  );
}

const HEIGHT = 18;

function Strip({ partition }: { partition: Partition }) {
  const { t, f, said } = useI18n();
  const { snapshot, earliest, latest } = partition;
  if (snapshot === null || earliest === null || latest === null)
    return <span className="text-text-3">{said(partition.said, partition.note) || '--'}</span>;
  const parts = stripParts(snapshot, earliest, latest, 200);
  const words = {
    split: partition.split,
    snapshot: f.full(snapshot),
    earliest: f.full(earliest),
    latest: f.full(latest),
    waiting: figureText(partition.waiting, t, f),
  };
  const label = parts.lost > 0 ? t('start.stripLost', { ...words, lost: figureText(partition.lost, t, f) }) : t('start.strip', words);
  return (
    <span role="img" aria-label={label} title={label} className="relative flex items-center" style={{ width: 206, height: HEIGHT }}>
      <span className="h-1.5 rounded-l-full bg-line-2" style={{ width: parts.held }} />
      <span className="w-0.5 bg-save-mark" style={{ height: 14 }} />
      {parts.lost > 0 ? (
        <>
          <span className="pattern-lost h-2.5" style={{ width: parts.lost }} />
          <span className="w-0.5 bg-text-1" style={{ height: 14 }} />
        </>
      ) : null}
      <span className="pattern-again h-2" style={{ width: parts.waiting }} />
      <span className="size-1.5 rounded-full bg-text-1" />
    </span>
  );
}
