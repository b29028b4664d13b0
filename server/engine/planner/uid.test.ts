import { describe, expect, it } from 'vitest';
import type { PhysicalPlan } from './physical-plan.ts';
import { compareStates } from './plan-compatibility.ts';
import { EVENTS, nodesOf, planned, sink } from './planner-harness.ts';

const COUNTS = `${sink('k STRING, n BIGINT', 'counts')}`;
const base = `${EVENTS} ${COUNTS} INSERT INTO counts SELECT kind, COUNT(*) AS n FROM events GROUP BY kind;`;

const BY_USER = `${EVENTS} ${sink('k INT, n BIGINT', 'counts')} INSERT INTO counts SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id;`;

function statefulUids(plan: PhysicalPlan): readonly string[] {
  return plan.nodes.filter((node) => node.isStateful).map((node) => node.uid);
}

describe('operator uids', () => {
  it.each([
    ['another filter', base.replace('FROM events GROUP', "FROM events WHERE qty > 3 AND kind <> 'x' GROUP")],
    ['another aggregate', base.replace('COUNT(*) AS n', 'SUM(qty) AS n').replace('n BIGINT', 'n INT')],
    [
      'other aliases',
      base
        .replace('SELECT kind, COUNT(*) AS n FROM events', 'SELECT e.kind AS label, COUNT(*) AS total FROM events AS e')
        .replace('GROUP BY kind', 'GROUP BY e.kind'),
    ],
    ['another column in the table', base.replace('id INT,', 'id INT, more STRING,')],
    ['another option', base.replace('/in/events.jsonl', '/other/events.jsonl')],
    ['a watermark delay', base.replace("'5' SECOND", "'9' SECOND")],
  ])('stay with %s', (_name, changed) => {
    expect(statefulUids(planned(changed))).toEqual(statefulUids(planned(base)));
  });

  it('do not depend on the order of statements, nor on other queries', () => {
    const other = `${sink('k INT, n BIGINT', 'others')} INSERT INTO others SELECT user_id, COUNT(*) FROM events WHERE qty > 1 GROUP BY user_id;`;
    const alone = new Set(statefulUids(planned(base)));
    const insert = 'INSERT INTO counts SELECT kind, COUNT(*) AS n FROM events GROUP BY kind;';
    const after = new Set(statefulUids(planned(`${base} ${other}`)));
    const before = new Set(statefulUids(planned(`${EVENTS} ${COUNTS} ${other} ${insert}`)));
    expect(after).toEqual(before);
    for (const uid of alone) expect(after).toContain(uid);
  });

  it('change with the key and with the window', () => {
    const byUser = planned(BY_USER);
    expect(nodesOf(byUser, 'groupAggregate')[0].uid).not.toBe(nodesOf(planned(base), 'groupAggregate')[0].uid);
    const windowed = (size: string): string =>
      nodesOf(
        planned(
          `${EVENTS} ${sink('n BIGINT')} INSERT INTO target SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '${size}' MINUTE)) GROUP BY window_start, window_end;`,
        ),
        'windowAggregate',
      )[0].uid;
    expect(windowed('1')).not.toBe(windowed('2'));
  });

  it('are unique in a plan with equal operators', () => {
    const plan = planned(`${EVENTS} ${sink('a INT, b INT, c INT')}
      INSERT INTO target SELECT a.id, b.id, c.id FROM events a JOIN events b ON a.user_id = b.user_id JOIN events c ON b.user_id = c.user_id;`);
    const uids = plan.nodes.map((node) => node.uid);
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('comparing states', () => {
  const outcomes = (next: string): Readonly<Record<string, string>> =>
    Object.fromEntries(compareStates(planned(base), planned(next)).map((c) => [c.kind, c.outcome]));

  it('keeps what did not change and migrates added and dropped aggregates', () => {
    expect(outcomes(base.replace('FROM events G', 'FROM events WHERE qty > 1 G'))).toEqual({
      source: 'kept',
      groupAggregate: 'kept',
      sink: 'kept',
    });
    const more = planned(base.replace('COUNT(*) AS n FROM', 'MAX(id) AS n FROM').replace('n BIGINT', 'n INT'));
    const aggregate = compareStates(planned(base), more).find((c) => c.kind === 'groupAggregate');
    expect(aggregate).toMatchObject({ outcome: 'migrated', added: ['MAX(events.id)'], dropped: ['COUNT_STAR()'] });
  });

  it('tells new, dropped and what cannot be restored', () => {
    const byUser = compareStates(planned(base), planned(BY_USER));
    expect(byUser.filter((c) => c.kind === 'groupAggregate').map((c) => c.outcome)).toEqual(['new', 'dropped']);
    expect(outcomes(base.replace('kind STRING', 'kind VARCHAR(9)'))).toMatchObject({ groupAggregate: 'incompatible' });
    const [first] = compareStates(planned(base), planned(base, { 'pipeline.max-parallelism': '256' }));
    expect(first).toMatchObject({ outcome: 'incompatible' });
  });
});
