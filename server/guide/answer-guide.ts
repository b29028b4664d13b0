/** The 32 answers of the restart guide from the facts of a job. Pure: no clock, no I/O. */
import type { GuideAnswer } from '../contract/guide.ts';
import { inEnglish, type Said, type SaidCode } from '../contract/said.ts';
import type { GuideFacts } from './facts.ts';
import { PLANNED } from './planned.ts';
import { UNPLANNED } from './unplanned.ts';

const EVENTS = [...UNPLANNED, ...PLANNED];

export function answerGuide(facts: GuideFacts): GuideAnswer[] {
  return EVENTS.map((event, index) => {
    const number = index + 1;
    const { standing, outcome, mend } = event(facts);
    const question: Said = { code: `said.guide.q${number}` as SaidCode, values: {} };
    return {
      number,
      group: index < UNPLANNED.length ? 'unplanned' : 'planned',
      question: inEnglish([question]),
      standing,
      verdict: outcome.verdict,
      records: outcome.records,
      why: inEnglish(outcome.why),
      said: [question, ...outcome.why].map((one) => ({ code: one.code, values: { ...one.values } })),
      mend,
    };
  });
}
