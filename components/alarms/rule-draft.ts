/** A rule while it is written: every kind of condition keeps its numbers when another one is chosen. */
import type { AlarmCondition, AlarmConditionKind, AlarmRule, AlarmScope } from '../../server/contract/alarms.ts';
import type { PlainKey } from '../i18n/dictionary.ts';

export interface RuleDraft {
  readonly name: string;
  readonly kind: AlarmConditionKind;
  /** Seconds of `no-checkpoint`, `rpo`, `not-proven` and `lag`. */
  readonly seconds: Readonly<Record<'no-checkpoint' | 'rpo' | 'not-proven' | 'lag', number>>;
  readonly records: number;
  readonly restarts: number;
  readonly scope: 'all' | 'jobs' | 'tag';
  readonly jobIds: readonly number[];
  readonly tag: { readonly key: string; readonly value: string };
  readonly channelIds: readonly string[];
  readonly severity: AlarmRule['severity'];
  readonly isEnabled: boolean;
}

/** Least and most seconds, as the contract has them. */
export const SECONDS_RANGE = {
  'no-checkpoint': [10, 604_800],
  rpo: [10, 31_536_000],
  'not-proven': [60, 31_536_000],
  lag: [0, 604_800],
} as const;

export function draftOf(rule: AlarmRule | null): RuleDraft {
  const seconds = { 'no-checkpoint': 600, rpo: 900, 'not-proven': 7 * 86_400, lag: 300 };
  const draft: RuleDraft = {
    name: rule?.name ?? '',
    kind: rule?.condition.kind ?? 'no-checkpoint',
    seconds,
    records: 10_000,
    restarts: 3,
    scope: rule?.scope.jobIds ? 'jobs' : rule?.scope.tag ? 'tag' : 'all',
    jobIds: rule?.scope.jobIds ?? [],
    tag: rule?.scope.tag ?? { key: '', value: '' },
    channelIds: rule?.channelIds ?? [],
    severity: rule?.severity ?? 'critical',
    isEnabled: rule?.isEnabled ?? true,
  };
  const condition = rule?.condition;
  switch (condition?.kind) {
    case 'no-checkpoint':
      return { ...draft, seconds: { ...seconds, 'no-checkpoint': condition.forSeconds } };
    case 'rpo':
    case 'not-proven':
      return { ...draft, seconds: { ...seconds, [condition.kind]: condition.overSeconds } };
    case 'lag':
      return { ...draft, records: condition.overRecords, seconds: { ...seconds, lag: condition.forSeconds } };
    case 'restarts':
      return { ...draft, restarts: condition.overPerHour };
    default:
      return draft;
  }
}

export function conditionOf({ kind, seconds, records, restarts }: RuleDraft): AlarmCondition {
  switch (kind) {
    case 'exception':
      return { kind };
    case 'no-checkpoint':
      return { kind, forSeconds: seconds[kind] };
    case 'rpo':
    case 'not-proven':
      return { kind, overSeconds: seconds[kind] };
    case 'lag':
      return { kind, overRecords: records, forSeconds: seconds.lag };
    case 'restarts':
      return { kind, overPerHour: restarts };
  }
}

export function scopeOf({ scope, jobIds, tag }: RuleDraft): AlarmScope {
  if (scope === 'jobs') return { jobIds: [...jobIds], tag: null };
  return { jobIds: null, tag: scope === 'tag' ? { ...tag } : null };
}

/** Whether the number of the condition is inside its range. */
export function isInRange({ kind, seconds, records, restarts }: RuleDraft): boolean {
  if (kind === 'exception') return true;
  if (kind === 'restarts') return Number.isInteger(restarts) && restarts >= 0 && restarts <= 10_000;
  const [least, most] = SECONDS_RANGE[kind];
  const isGood = seconds[kind] >= least && seconds[kind] <= most;
  return kind === 'lag' ? isGood && Number.isSafeInteger(records) && records >= 0 : isGood;
}

/** Why the rule cannot be looked at yet; null = it can. */
export function scopeProblem({ scope, jobIds, tag }: RuleDraft): PlainKey | null {
  if (scope === 'jobs' && jobIds.length === 0) return 'rule.needsJob';
  return scope === 'tag' && tag.key.trim() === '' ? 'rule.needsTag' : null;
}
