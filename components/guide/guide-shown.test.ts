import { describe, expect, it } from 'vitest';
import type { GuideAnswer } from '../../server/contract/guide.ts';
import { countsOf, shownIn } from './guide-shown.ts';

const answer = (number: number, standing: GuideAnswer['standing'], verdict: GuideAnswer['verdict']): GuideAnswer => ({
  number,
  standing,
  verdict,
  group: 'planned',
  question: '',
  records: null,
  why: '',
  said: [],
  mend: null,
});

describe('tabs of the guide', () => {
  it('count a risk only where the job is set so', () => {
    const all = [
      answer(1, 'now', 'lost'),
      answer(2, 'if', 'lost'),
      answer(3, 'now', 'read-again'),
      answer(4, 'now', 'unknown'),
      answer(5, 'never', null),
      answer(6, 'now', 'held-back'),
    ];
    const numbers = (tab: Parameters<typeof shownIn>[0]) => shownIn(tab, all).map((one) => one.number);
    expect([numbers('all'), numbers('now'), numbers('risk')]).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 3, 4, 6],
      [1, 4],
    ]);
    expect(countsOf(all)).toEqual({ n: 4, fine: 2, risk: 2 });
  });
});
