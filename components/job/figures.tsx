'use client';
/** Figures of the loss meter: always Lost, Read again, Doubled, in this order and never merged. */
import { ShieldCheck, ShieldX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Figure } from '../../server/contract/primitives.ts';
import type { Format } from '../i18n/format.ts';
import { type Translate, useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';

/** `41,208`, `about 41,000`, `≤ 3,180`, `not known`. */
export function figureText(figure: Figure, t: Translate, f: Format): string {
  if (figure.value === null || figure.confidence === 'unknown') return t('loss.unknown');
  if (figure.confidence === 'bound') return figure.value === 0 ? '0' : t('loss.most', { n: f.count(figure.value) });
  if (figure.confidence === 'estimate') return t('loss.about', { n: f.count(Number(figure.value.toPrecision(2))) });
  return f.count(figure.value);
}

export type LossKind = 'lost' | 'readAgain' | 'doubled' | 'waiting';

/** Colour of a figure: lost is green at zero and red above; doubled is amber above zero; read again only where alternatives are compared. */
export function figureClass(kind: LossKind, figure: Figure, compared = false): string {
  const some = figure.value === null || figure.confidence === 'unknown' || figure.value > 0;
  if (kind === 'lost') return some ? 'text-bad' : 'text-ok';
  if (kind === 'doubled') return some ? 'text-warn' : 'text-text-1';
  if (kind === 'readAgain') return some && compared ? 'text-warn' : 'text-text-1';
  return 'text-text-1';
}

export function FigureValue({
  kind,
  figure,
  compared = false,
  plainZero = false,
  className,
}: {
  kind: LossKind;
  figure: Figure;
  compared?: boolean;
  /** In a table where other rows are coloured a zero stands in plain text. */
  plainZero?: boolean;
  className?: string;
}) {
  const { t, f, said } = useI18n();
  return (
    <span
      className={cx('num whitespace-nowrap', plainZero && figure.value === 0 ? '' : figureClass(kind, figure, compared), className)}
      title={(figure.basis && said(figure.said, figure.basis)) ?? (figure.value === null ? undefined : f.full(figure.value))}
    >
      {figureText(figure, t, f)}
    </span>
  );
}

/** The four big figures of a start. `notes` is the line under each. */
export function LossMeter({
  figures,
  notes,
}: {
  figures: readonly { kind: LossKind; figure: Figure }[];
  notes: Readonly<Partial<Record<LossKind, ReactNode>>>;
}) {
  const { t } = useI18n();
  return (
    <dl className="grid grid-cols-2 rounded-t-card border border-line-1 md:grid-cols-4" aria-label={t('loss.table')}>
      {figures.map(({ kind, figure }, index) => (
        <div
          key={kind}
          className={cx(
            'min-w-0 border-line-1 px-4 py-3',
            index > 0 && 'md:border-l',
            index % 2 === 1 && 'max-md:border-l',
            index > 1 && 'max-md:border-t',
          )}
        >
          <dt className="flex items-center gap-1.5 text-second font-medium text-text-2">
            <Sign kind={kind} figure={figure} />
            {t(`loss.${kind}`)}
          </dt>
          <dd>
            <FigureValue kind={kind} figure={figure} className="tight text-figure font-semibold max-lg:text-fact" />
            <div className="min-h-4 truncate text-hint text-text-3">{notes[kind]}</div>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Sign({ kind, figure }: { kind: LossKind; figure: Figure }) {
  const tone = figureClass(kind, figure);
  if (tone === 'text-ok') return <ShieldCheck size={14} className="text-ok" aria-hidden="true" />;
  if (tone === 'text-bad') return <ShieldX size={14} className="text-bad" aria-hidden="true" />;
  if (tone === 'text-warn') return <TriangleAlert size={14} className="text-warn" aria-hidden="true" />;
  return null;
}
