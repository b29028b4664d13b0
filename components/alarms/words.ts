/** Conditions and measured values of alarms in the viewer's language. */

import type { Alarm, AlarmCondition, AlarmConditionKind, AlarmScope } from '../../server/contract/alarms.ts';
import type { Format } from '../i18n/format.ts';
import type { Translate } from '../i18n/provider.tsx';
import type { Teller } from '../i18n/said.ts';
import type { Hue } from '../ui/surface.tsx';

export const KINDS: readonly AlarmConditionKind[] = ['exception', 'no-checkpoint', 'rpo', 'lag', 'restarts', 'not-proven'];
export const SEVERITY_HUE: Readonly<Record<Alarm['severity'], Hue>> = { critical: 'bad', warning: 'warn' };

export function conditionText(condition: AlarmCondition, t: Translate, f: Format): string {
  switch (condition.kind) {
    case 'exception':
      return t('alarm.cond.exception');
    case 'no-checkpoint':
      return t('alarm.cond.no-checkpoint', { span: f.spanWords(condition.forSeconds * 1000) });
    case 'rpo':
      return t('alarm.cond.rpo', { span: f.spanWords(condition.overSeconds * 1000) });
    case 'not-proven':
      return t('alarm.cond.not-proven', { span: f.spanWords(condition.overSeconds * 1000) });
    case 'restarts':
      return t('alarm.cond.restarts', { n: condition.overPerHour });
    case 'lag': {
      const n = f.full(condition.overRecords);
      return condition.forSeconds === 0
        ? t('alarm.cond.lagAtOnce', { n })
        : t('alarm.cond.lag', { n, span: f.spanWords(condition.forSeconds * 1000) });
    }
  }
}

export const detailText = (alarm: Alarm, said: Teller): string => said(alarm.said, alarm.detail);

export const resolutionText = (alarm: Alarm, said: Teller): string => said(alarm.resolutionSaid, alarm.resolution ?? '');

export const ruleNameOf = (alarm: Alarm, t: Translate): string => (alarm.ruleId === null ? t('alarm.ownRule') : alarm.ruleName);

export function scopeText({ jobIds, tag }: AlarmScope, t: Translate): string {
  const parts = [
    ...(jobIds === null ? [] : [t('rule.scopeOf.jobs', { n: jobIds.length })]),
    ...(tag === null ? [] : [t('rule.scopeOf.tag', { key: tag.key, value: tag.value })]),
  ];
  return parts.length === 0 ? t('rule.scope.all') : parts.join(', ');
}
