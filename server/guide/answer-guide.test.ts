import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GuideVerdict } from '../contract/guide.ts';
import { GUIDE_SAID } from '../contract/said-guide.ts';
import { answerGuide } from './answer-guide.ts';
import type { GuideFacts, GuideSink, GuideSource } from './facts.ts';
import { startupOf } from './source-startup.ts';

const figure = (value: number | null) => ({ value, confidence: value === null ? 'unknown' : 'exact', basis: null }) as const;
const source = (startup: GuideSource['startup']): GuideSource => ({
  name: 'orders',
  startup,
  drops: startup !== 'whole' && startup !== 'made',
});
const sink = (guarantee: GuideSink['guarantee']): GuideSink => ({ name: 'totals', guarantee });
type Plan = NonNullable<GuideFacts['plan']>;
const PLAN: Plan = { statefulOperators: 2, sources: [source('group')], sinks: [sink('exactly-once')], keyGroups: 128 };

/** Running, stateful, all switches on, 500 records after chk-9. */
const GOOD: GuideFacts = {
  isJar: false,
  engine: 'embedded',
  isRunning: true,
  hadState: true,
  options: {
    checkpointEnabled: true,
    checkpointIntervalSeconds: 30,
    checkpointsRetained: 5,
    restartWhenException: true,
    resumeMaxNum: -1,
    resumeCheckpoint: true,
    checkpointPath: '',
  },
  plan: PLAN,
  snapshots: [
    { name: 'chk-9', recordsIn: 9_000 },
    { name: 'chk-8', recordsIn: 8_000 },
  ],
  readAgain: figure(500),
  gone: figure(0),
  safeForMs: null,
  failedSince: 0,
  run: { startedFrom: null, hasOwn: true },
  edit: null,
  hasCheckpointAlarm: true,
  sharesPathWith: [],
  undoDays: 7,
};
const withOptions = (change: Partial<GuideFacts['options']>, more: Partial<GuideFacts> = {}): GuideFacts => ({
  ...GOOD,
  ...more,
  options: { ...GOOD.options, ...change },
});
const withPlan = (change: Partial<Plan>): GuideFacts => ({ ...GOOD, plan: { ...PLAN, ...change } });

const LETTER: Record<GuideVerdict, string> = {
  'nothing-lost': 'N',
  'read-again': 'A',
  'may-repeat': 'R',
  'held-back': 'H',
  lost: 'L',
  unknown: 'U',
};
const answer = (facts: GuideFacts, number: number) => answerGuide(facts)[number - 1] as ReturnType<typeof answerGuide>[number];

const AT_REST = { isRunning: false, run: null, readAgain: figure(0) } as const;
const JAR: Partial<GuideFacts> = { isJar: true, plan: null, engine: 'flink', sharesPathWith: ['other'] };

/** A verdict a letter, in fives, then the standings of the unplanned events: n(ow), i(f), - (never). One letter is one thing users are told. */
const JOBS: readonly [name: string, facts: GuideFacts, verdicts: string, standings: string][] = [
  ['all is on', GOOD, 'ALLAA AA--- AAH-N NLAL- NNNHN NH-HN AN', 'niiii ii--- iii-n'],
  ['a sink may repeat', withPlan({ sinks: [sink('at-least-once')] }), 'RLLRR RR--- RRH-N NLRL- NNNHN NH-HN RN', 'niiii ii--- iii-n'],
  [
    'keyed sink, no state, begins at the newest record',
    withPlan({ statefulOperators: 0, sources: [source('latest')], sinks: [sink('idempotent')] }),
    'ALLAA LA--- AAH-N NLALN NNNHN NH-HN AN',
    'niiii ii--- iii-n',
  ],
  [
    'files, no state, sink that commits',
    withPlan({ statefulOperators: 0, sources: [source('whole')] }),
    'ARRAA AA--- AA--N NRARN NNNHN NH-HN AN',
    'niiii ii--- ii--n',
  ],
  ['restore is off', withOptions({ resumeCheckpoint: false }), 'ALLAA AA--- AAH-N NLAL- NNNHN NH-HN AN', 'iniii ii--- iii-n'],
  ['no auto restart', withOptions({ restartWhenException: false }), 'ALLAA AA--- AAH-N NLAL- NNNHN NH-HN AN', 'iiini ii--- iii-n'],
  ['limited retries', withOptions({ resumeMaxNum: 3 }), 'ALLAA AA--- AAH-N NLAL- NNNHN NH-HN AN', 'niiin ii--- iii-n'],
  [
    'no checkpoints, never saved',
    withOptions({ checkpointEnabled: false }, { snapshots: [], readAgain: figure(null), run: { startedFrom: null, hasOwn: false } }),
    'ALLLL AA--- A-H-N NL-L- NNNHN NH-LN LN',
    'iinii ni--- i-i-n',
  ],
  [
    'no checkpoints, begun from a savepoint',
    withOptions({ checkpointEnabled: false }, { run: { startedFrom: 'sp-1', hasOwn: false } }),
    'ALAAA AA--- A-H-N NL-A- NNNHN NH-HN AN',
    'iinii in--- i-i-n',
  ],
  [
    'stopped, positions have left the source',
    { ...GOOD, ...AT_REST, gone: figure(111_943) },
    'ALLAA AA--- AAL-N LLLL- NNLHL LH-HN LN',
    'niiii ii--- iin-n',
  ],
  ['a source is silent', { ...GOOD, gone: figure(null) }, 'ULLUU AU--- UUH-N NLUL- NNNHN NH-HN UN', 'niiii ii--- iii-n'],
  [
    'checkpoints fail',
    { ...GOOD, failedSince: 4, hasCheckpointAlarm: false },
    'ALLAA AA--- AAH-N NLAL- NNNHN NH-HN AN',
    'niiii ii--- ini-n',
  ],
  ['SQL does not plan', { ...GOOD, plan: null }, 'RUURR UR--- RRH-N NURU- NNNHN NH-HN RN', 'niiii ii--- iii-n'],
  ['Jar, path shared', withOptions({ checkpointPath: 'b/shared' }, JAR), 'RUURR URRUU RRH-N NURU- NNNHN NH-HN RN', 'niiii iinnn iii-n'],
];

describe('restart guide', () => {
  it.each(JOBS)('%s', (_name, facts, verdicts, standings) => {
    const all = answerGuide(facts);
    const told = all.map((one) => (one.verdict === null ? '-' : LETTER[one.verdict])).join('');
    const stands = all.map((one) => (one.standing === 'never' ? '-' : one.standing.charAt(0))).join('');
    expect([told, stands.slice(0, 15)]).toEqual([verdicts.replaceAll(' ', ''), standings.replaceAll(' ', '')]);
    expect(all.map((one) => one.verdict === null)).toEqual(all.map((one) => one.standing === 'never'));
  });

  it('counts what it tells', () => {
    expect(answer(GOOD, 1)).toMatchObject({
      records: { value: 500 },
      why: 'All three are on. It goes on from chk-9: state and positions of one and the same moment. 500 records that were read after it are read again. No sink shows a record twice.',
      mend: null,
    });
    const repeats = answer(withPlan({ sinks: [sink('at-least-once'), { name: 'log', guarantee: 'exactly-once' }] }), 1);
    expect(repeats).toMatchObject({ records: { value: 500, confidence: 'bound' }, mend: { kind: 'page', page: 'edit' } });
    expect(repeats.why).toContain('These sinks may show them twice: totals.');
    // The one before the newest holds 1,000 records less.
    expect(answer(GOOD, 11)).toMatchObject({ records: { value: 1_500 } });
    expect(answer(GOOD, 11).why).toContain('from chk-8');
    expect(answer({ ...GOOD, ...AT_REST, gone: figure(111_943) }, 18)).toMatchObject({ verdict: 'lost', records: { value: 111_943 } });
    // Nothing read since the checkpoint of this moment is no promise for the next.
    expect(answer({ ...GOOD, readAgain: figure(0) }, 1)).toMatchObject({ verdict: 'read-again', records: { value: null } });
    expect(answer({ ...GOOD, ...AT_REST }, 1).why).toContain('one Checkpoint Interval (30 s)');
  });

  it('sends to the setting that mends it, and only where it is not set well', () => {
    expect(answer(withOptions({ checkpointEnabled: false }), 3).mend).toEqual({ kind: 'option', option: 'checkpointEnabled' });
    expect(answer(withOptions({ restartWhenException: false }), 4).mend).toEqual({ kind: 'option', option: 'restartWhenException' });
    expect(answer(GOOD, 3).mend).toBeNull();
    expect(answer({ ...GOOD, hasCheckpointAlarm: false }, 12).mend).toEqual({ kind: 'page', page: 'alarms' });
    expect(answer(withOptions({ checkpointsRetained: 1 }, { snapshots: GOOD.snapshots.slice(0, 1) }), 11)).toMatchObject({
      verdict: 'lost',
      mend: { kind: 'option', option: 'checkpointsRetained' },
    });
    expect(answer({ ...GOOD, ...AT_REST, edit: { kept: 3, fresh: 1, dropped: 2 } }, 24)).toMatchObject({
      verdict: 'held-back',
      standing: 'now',
    });
    expect(answer({ ...GOOD, ...AT_REST, edit: { kept: 3, fresh: 1, dropped: 0 } }, 24)).toMatchObject({ verdict: 'nothing-lost' });
  });

  it('knows where each connector begins', () => {
    const kafka = (mode: string) => startupOf({ connector: 'kafka', options: { 'scan.startup.mode': mode } });
    expect([startupOf({ connector: 'kafka', options: {} }), kafka('latest-offset'), kafka('earliest-offset'), kafka('timestamp')]).toEqual([
      'group',
      'latest',
      'whole',
      'position',
    ]);
    expect(startupOf({ connector: 'datagen', options: { 'fields.a.kind': 'sequence' } })).toBe('whole');
    expect(startupOf({ connector: 'datagen', options: { 'rows-per-second': '5' } })).toBe('made');
    expect(startupOf({ connector: 'upsert-kafka', options: {} })).toBe('whole');
  });

  it('has no sentence that no event tells', () => {
    const sources = readdirSync(import.meta.dirname)
      .filter((name) => !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
      .join('\n');
    const byStartup = ['latest', 'whole', 'position', 'made'].map((startup) => `said.guide.${startup}`);
    const unused = Object.keys(GUIDE_SAID).filter(
      (code) => code.startsWith('said.guide.') && !/\.q\d+$/.test(code) && !byStartup.includes(code) && !sources.includes(`'${code}'`),
    );
    expect(unused).toEqual([]);
  });
});
