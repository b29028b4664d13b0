import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { PlanGraph } from '../../server/contract/check.ts';
import { en } from '../i18n/en.ts';
import { I18nProvider } from '../i18n/provider.tsx';
import { OperatorDetails } from './operator-details.tsx';

const node = (id: number, isStateful: boolean): PlanGraph['nodes'][number] => ({
  id,
  uid: `uid-${id}`,
  kind: 'group-aggregate',
  title: `t${id}`,
  description: 'GROUP BY city',
  parallelism: 2,
  isStateful,
  stateTtlMs: isStateful ? 3_600_000 : 0,
  keys: isStateful ? ['city'] : [],
  changelog: '[I,UA]',
  columns: [{ name: 'city', type: 'INT' }],
});
const graph: PlanGraph = { nodes: [node(1, false), node(2, true)], edges: [{ from: 1, to: 2, strategy: 'HASH' }] };

function textOf(id: number): string {
  const start = { locale: 'en', dictionary: en, theme: 'light', density: 'comfortable', zoneChoice: 'utc', zone: 'UTC' } as const;
  const html = renderToString(
    <I18nProvider start={start}>
      <OperatorDetails graph={graph} id={id} parallelism={4} onClose={() => {}} />
    </I18nProvider>,
  );
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

it('tell inputs, keys, state with its retention, changes and columns of the chosen operator', () => {
  const text = textOf(2);
  for (const part of ['Rows from t1 (HASH)', 'Parted by city', 'kept 60 min after the last change', '[I,UA]', 'uid-2', 'city INT']) {
    expect(text).toContain(part);
  }
  expect(textOf(1)).toMatch(/Rows from --.*State none/);
});
