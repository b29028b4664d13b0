/** What a start is refused for, by what its preview asks and what was accepted. */

import { describe, expect, it } from 'vitest';
import { say } from '../contract/said.ts';
import type { Acceptance, StartPreview } from '../contract/start.ts';
import { refusalOfStart } from './start-jobs.ts';

const figure = (value: number | null) => ({ value, confidence: value === null ? 'unknown' : 'exact', basis: null }) as const;

function preview(more: Partial<StartPreview>, lost: number | null = 0): StartPreview {
  return {
    jobId: 1,
    jobName: 'orders',
    choice: { kind: 'newest' },
    snapshot: null,
    passedOver: [],
    verdict: 'ok',
    sentence: 'What it costs.',
    blockedSaid: [],
    said: [],
    loss: { lost: figure(lost), readAgain: figure(0), doubled: figure(0), waiting: figure(0) },
    positions: [],
    sinks: [],
    operators: [],
    discardedStateBytes: null,
    discarded: null,
    settings: [],
    capacity: { queueName: 'default', freeCus: null, neededCus: 1 },
    needsName: false,
    needsConfirmation: false,
    blockedBy: null,
    checkedAt: 0,
    ...more,
  };
}

const NOTHING_SHOWN: Acceptance = { verdict: 'ok', lost: 0, doubled: 0 };
const ANYWAY: Acceptance = { ...NOTHING_SHOWN, anyway: true };
const named = (lost: number | null): Acceptance => ({ verdict: 'bad', lost, doubled: 0, typedName: 'orders' });
const WRONG_NAME: Acceptance = { ...named(null), typedName: 'Orders' };

describe('a start', () => {
  it.each([
    ['that costs nothing', preview({}), { none: true, shown: true, anyway: true, named: true }],
    [
      'whose source does not answer, with nothing to lose',
      preview({ needsConfirmation: true }),
      { none: false, shown: false, anyway: true, named: true },
    ],
    ['that could lose data', preview({ needsName: true }, null), { none: false, shown: false, anyway: false, named: true }],
    ['that cannot be', preview({ blockedBy: 'No.', needsName: true }), { none: false, shown: false, anyway: false, named: false }],
  ])('%s', (_, wanted, goes) => {
    const isLet = (acceptance?: Acceptance) => refusalOfStart(wanted, acceptance) === null;
    expect({ none: isLet(), shown: isLet(NOTHING_SHOWN), anyway: isLet(ANYWAY), named: isLet(named(null)) }).toEqual(goes);
    if (!goes.shown) expect(isLet(WRONG_NAME)).toBe(false);
  });

  it('that costs more than was accepted is refused; one that gives up the state is not, whatever has come since', () => {
    expect(refusalOfStart(preview({ needsName: true }, 112), named(112))).toBeNull();
    expect(refusalOfStart(preview({ needsName: true }, 113), named(112))?.code).toBe('acceptance-needed');
    const empty = preview({ needsName: true, discarded: { name: 'chk-1', rows: 7, bytes: 3 } }, 113);
    expect(refusalOfStart(empty, named(112))).toBeNull();
  });

  it('says what to do and that nothing was started', () => {
    const message = refusalOfStart(
      preview({ needsConfirmation: true, said: [say('said.blocked.table', { name: 'orders', why: 'nobody answers' })] }),
      undefined,
    )?.message;
    expect(message).toBe('Table orders: nobody answers. Start it anyway, or try again. Nothing was started.');
  });
});
