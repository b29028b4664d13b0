'use client';
/** The tide line in words: one sentence for the whole, the cost of one event. */
import type { TideAnswer } from '../../server/contract/runs.ts';
import { type Translate, useI18n } from '../i18n/provider.tsx';
import { figureText } from '../job/figures.tsx';
import type { TideEvent } from './tide-model.ts';
import type { RangeName } from './time-range.ts';

export function tideSentence(tide: TideAnswer, name: RangeName, t: Translate): string {
  return t('tide.sentence', {
    range: t(`tide.range.${name}`),
    runs: tide.runs.length,
    failures: tide.ledger.filter((entry) => entry.kind === 'failure' || entry.kind === 'auto-restart').length,
    savepoints: tide.snapshots.filter((one) => one.kind === 'savepoint' && one.ok).length,
    failed: tide.snapshots.filter((one) => !one.ok).length,
  });
}

export function useCost() {
  const { t, f } = useI18n();
  return (tide: TideAnswer, event: TideEvent): string => {
    const entry = tide.ledger.find((one) => one.id === event.ledgerId);
    if (!entry || entry.kind === 'stop') return '';
    return t('tide.costText', {
      lost: figureText(entry.lost, t, f),
      again: figureText(entry.readAgain, t, f),
      doubled: figureText(entry.doubled, t, f),
    });
  };
}
