/** Which answers a tab shows, and what the summary counts. */
import type { GuideAnswer } from '../../server/contract/guide.ts';

export const GUIDE_TABS = ['all', 'now', 'risk'] as const;
export type GuideTab = (typeof GUIDE_TABS)[number];

/** Records that are gone, come twice, or nobody knows of. */
export const isRisk = (answer: Pick<GuideAnswer, 'verdict'>): boolean =>
  answer.verdict === 'lost' || answer.verdict === 'may-repeat' || answer.verdict === 'unknown';

export function shownIn(tab: GuideTab, answers: readonly GuideAnswer[]): readonly GuideAnswer[] {
  if (tab === 'now') return answers.filter((answer) => answer.standing === 'now');
  return tab === 'risk' ? answers.filter((answer) => answer.standing === 'now' && isRisk(answer)) : answers;
}

export function countsOf(answers: readonly GuideAnswer[]): { n: number; fine: number; risk: number } {
  const now = shownIn('now', answers);
  const risk = now.filter(isRisk).length;
  return { n: now.length, fine: now.length - risk, risk };
}
