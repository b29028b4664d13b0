/** One event of the guide: facts in, answer out. */
import type { GuideMend, GuideStanding } from '../contract/guide.ts';
import type { Said } from '../contract/said.ts';
import type { GuideFacts } from './facts.ts';
import type { Outcome } from './outcomes.ts';

export interface EventAnswer {
  readonly standing: GuideStanding;
  readonly outcome: Outcome | { readonly verdict: null; readonly records: null; readonly why: readonly Said[] };
  readonly mend: GuideMend | null;
}

export type Event = (facts: GuideFacts) => EventAnswer;

/** It cannot happen to this job. */
export const never = (...why: readonly Said[]): EventAnswer => ({
  standing: 'never',
  outcome: { verdict: null, records: null, why },
  mend: null,
});
