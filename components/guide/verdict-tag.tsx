'use client';
/** The verdict of an event: icon, word, and the number of records where there is one. */
import { Ban, CircleHelp, CopyPlus, Hand, RotateCcw, ShieldCheck } from 'lucide-react';
import type { GuideAnswer, GuideVerdict } from '../../server/contract/guide.ts';
import { useI18n } from '../i18n/provider.tsx';
import { type Hue, Tag } from '../ui/surface.tsx';

const LOOK: Record<GuideVerdict, { hue: Hue; icon: typeof Ban }> = {
  'nothing-lost': { hue: 'ok', icon: ShieldCheck },
  'read-again': { hue: 'accent', icon: RotateCcw },
  'may-repeat': { hue: 'warn', icon: CopyPlus },
  'held-back': { hue: 'off', icon: Hand },
  lost: { hue: 'bad', icon: Ban },
  unknown: { hue: 'off', icon: CircleHelp },
};

export function VerdictTag({ answer }: { answer: GuideAnswer }) {
  const { t, f } = useI18n();
  const { verdict, records } = answer;
  if (verdict === null) return <span className="text-second text-text-3">{t('guide.standing.never')}</span>;
  const { hue, icon: Icon } = LOOK[verdict];
  const n = records?.value ?? null;
  const isCounted = n !== null && n > 0 && (verdict === 'lost' || verdict === 'read-again' || verdict === 'may-repeat');
  const bound = records?.confidence === 'bound' ? '≤ ' : '';
  return (
    <Tag hue={hue} icon={<Icon size={13} aria-hidden="true" />} {...(records?.basis ? { title: records.basis } : {})}>
      {isCounted ? t(`guide.records.${verdict as 'lost'}`, { n: `${bound}${f.count(n)}` }) : t(`guide.verdict.${verdict}`)}
    </Tag>
  );
}
