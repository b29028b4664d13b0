import { describe, expect, it } from 'vitest';
import { formatType } from '../types/sql-type.ts';
import { ACCOUNTS, EVENTS, kindsOf, nodesOf, only, planned, refused, sink } from './planner-harness.ts';

const ORDERED = EVENTS.replace('TABLE events', 'TABLE ordered');

function plan(query: string, columns: string, tables = EVENTS): ReturnType<typeof planned> {
  return planned(`${tables} ${sink(columns)} INSERT INTO target ${query};`);
}

const TUMBLE = "TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE))";

describe('window aggregates', () => {
  it('make their windows themselves when the function is directly below', () => {
    const node = only(
      plan(
        `SELECT kind, window_start, COUNT(*) AS n FROM ${TUMBLE} WHERE qty > 1 GROUP BY window_start, window_end, kind`,
        'k STRING, s TIMESTAMP(3), n BIGINT',
      ),
      'windowAggregate',
    );
    expect(node).toMatchObject({
      window: { kind: 'TUMBLE', sizeMs: 60_000 },
      attached: null,
      domain: 'rowtime',
      properties: ['window_start', 'window_end'],
    });
    expect(node.schema.map((f) => f.name)).toEqual(['kind', 'EXPR$0', 'window_start', 'window_end']);
  });

  it('go by attached windows when arguments use the window or windows come from below', () => {
    const uses = plan(
      `SELECT window_start, MAX(window_end) FROM ${TUMBLE} GROUP BY window_start, window_end`,
      's TIMESTAMP(3), e TIMESTAMP(3)',
    );
    expect(kindsOf(uses)).toContain('windowTableFunction');
    expect(only(uses, 'windowAggregate').attached).not.toBeNull();
    const cascade = plan(
      `SELECT ws, we, MAX(n) FROM (SELECT window_start AS ws, window_end AS we, kind, COUNT(*) AS n FROM ${TUMBLE} GROUP BY window_start, window_end, kind) GROUP BY ws, we`,
      's TIMESTAMP(3), e TIMESTAMP(3), n BIGINT',
    );
    expect(nodesOf(cascade, 'windowAggregate').map((n) => n.attached !== null)).toEqual([false, true]);
  });

  it('are plain group aggregates without window_end', () => {
    expect(kindsOf(plan(`SELECT window_start, COUNT(*) FROM ${TUMBLE} GROUP BY window_start`, 's TIMESTAMP(3), n BIGINT'))).toContain(
      'groupAggregate',
    );
  });

  it('keep filters above a session window that is not by the same keys', () => {
    const session = "TABLE(SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '8' SECOND))";
    const same = plan(`SELECT user_id, COUNT(*) FROM ${session} GROUP BY user_id, window_start, window_end`, 'u INT, n BIGINT');
    expect(only(same, 'windowAggregate').attached).toBeNull();
    const other = plan(`SELECT COUNT(*) FROM ${session} GROUP BY window_start, window_end`, 'n BIGINT');
    expect(only(other, 'windowTableFunction').partitionKeys).toHaveLength(1);
  });

  it('carry a rowtime into the next window, zoned ones by the time zone', () => {
    const cascade = plan(
      "SELECT TUMBLE_START(rt, INTERVAL '3' MINUTE), SUM(n) FROM (SELECT TUMBLE_ROWTIME(ts, INTERVAL '1' MINUTE) AS rt, COUNT(*) AS n FROM events GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)) GROUP BY TUMBLE(rt, INTERVAL '3' MINUTE)",
      's TIMESTAMP(3), n BIGINT',
    );
    const [inner, outer] = nodesOf(cascade, 'windowAggregate');
    expect(inner.properties).toEqual(['window_time']);
    expect(formatType(inner.schema.at(-1)?.type as Parameters<typeof formatType>[0])).toBe('TIMESTAMP(3) *ROWTIME* NOT NULL');
    expect(outer).toMatchObject({ window: { sizeMs: 180_000 }, isZoned: false, attached: null });
    const zoned = EVENTS.replace('ts TIMESTAMP(3)', 'ts TIMESTAMP_LTZ(3)');
    const node = only(
      plan(`SELECT window_start, COUNT(*) FROM ${TUMBLE} GROUP BY window_start, window_end`, 's TIMESTAMP(3), n BIGINT', zoned),
      'windowAggregate',
    );
    expect(node.isZoned).toBe(true);
  });
});

describe('joins', () => {
  const join = (on: string, type = ''): ReturnType<typeof planned> =>
    plan(`SELECT a.id, b.id FROM events a ${type} JOIN ordered b ON ${on}`, 'x INT, y INT', EVENTS + ORDERED);

  it('split equality from the other conditions and push what concerns one side', () => {
    const result = join("a.user_id + 1 = b.user_id AND a.qty < b.qty AND b.kind = 'x'");
    const node = only(result, 'join');
    expect(node.leftKeys).toHaveLength(1);
    expect(JSON.stringify(node.condition)).toContain('"<"');
    expect(JSON.stringify(node.condition)).not.toContain('"x"');
    expect(nodesOf(result, 'exchange').map((e) => e.distribution.kind)).toEqual(['hash', 'hash']);
  });

  it('keep conditions on the outer side in an outer join', () => {
    expect(JSON.stringify(only(join("a.id = b.id AND a.kind = 'x'", 'LEFT'), 'join').condition)).toContain('x');
  });

  it('bound by time on both sides are interval joins', () => {
    const node = only(join("a.id = b.id AND b.ts > a.ts + INTERVAL '10' SECOND AND b.ts <= a.ts + INTERVAL '5' MINUTE"), 'intervalJoin');
    expect([node.lowerMs, node.upperMs]).toEqual([-300_000, -10_001]);
    expect(only(join('a.id = b.id AND a.ts = b.ts'), 'intervalJoin')).toMatchObject({ lowerMs: 0, upperMs: 0 });
    expect(kindsOf(join("a.id = b.id AND b.ts > a.ts + INTERVAL '10' SECOND"))).toContain('join');
  });

  it('of the same windows are window joins, of other windows regular ones', () => {
    const side = (table: string, size: string): string =>
      `(SELECT * FROM TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(ts), INTERVAL '${size}' MINUTE)))`;
    const windows = (right: string): ReturnType<typeof planned> =>
      plan(
        `SELECT a.id, b.id FROM ${side('events', '1')} a JOIN ${side('ordered', right)} b ON a.id = b.id AND a.window_start = b.window_start AND a.window_end = b.window_end`,
        'x INT, y INT',
        EVENTS + ORDERED,
      );
    expect(only(windows('1'), 'windowJoin').leftKeys).toHaveLength(1);
    expect(kindsOf(windows('2'))).toContain('join');
  });

  it('make semi and anti joins of IN and EXISTS', () => {
    const kinds = (where: string): unknown => {
      const node = only(plan(`SELECT id FROM events e WHERE ${where}`, 'id INT', EVENTS + ORDERED), 'join');
      return [node.joinKind, node.leftKeys.length, node.condition === null];
    };
    expect(kinds('EXISTS (SELECT 1 FROM ordered o WHERE o.id = e.id AND o.qty > 1)')).toEqual(['semi', 1, true]);
    expect(kinds('id IN (SELECT qty FROM ordered)')).toEqual(['semi', 1, true]);
    expect(kinds('NOT EXISTS (SELECT 1 FROM ordered o WHERE o.id = e.id AND o.qty > e.qty)')).toEqual(['anti', 1, false]);
    // NULL on either side must not count as "not in".
    expect(kinds('id NOT IN (SELECT qty FROM ordered)')).toEqual(['anti', 0, false]);
  });

  it('know unique keys, for smaller state', () => {
    const node = only(
      plan('SELECT a.id, c.balance FROM events a JOIN accounts c ON a.id = c.acc', 'x INT, y INT', EVENTS + ACCOUNTS),
      'join',
    );
    expect(node.rightUnique).toEqual(node.rightKeys);
    expect(node.leftUnique).toBeNull();
  });
});

describe('ranks', () => {
  const rank = (over: string, where: string, from = 'events'): ReturnType<typeof planned> =>
    plan(`SELECT id FROM (SELECT *, ROW_NUMBER() OVER (${over}) AS rn FROM ${from}) WHERE ${where}`, 'id INT');

  it('keep the first or last row by time as deduplication', () => {
    expect(only(rank('PARTITION BY kind ORDER BY ts DESC', 'rn = 1'), 'deduplicate')).toMatchObject({ keep: 'last' });
    expect(only(rank('PARTITION BY kind ORDER BY ts', 'rn <= 1'), 'deduplicate')).toMatchObject({ keep: 'first' });
  });

  it('are Top-N with a range and without the rank unless it is read', () => {
    const node = only(rank('PARTITION BY kind ORDER BY price DESC, id', 'rn BETWEEN 2 AND 4 AND qty > 1'), 'rank');
    expect(node).toMatchObject({ rankStart: 2, rankEnd: 4, outputRank: false, strategy: 'append' });
    expect(node.orderBy.map((k) => [k.descending, k.nullsLast])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('retract over changing rows', () => {
    expect(only(rank('ORDER BY n DESC', 'rn <= 3', '(SELECT id, COUNT(*) AS n FROM events GROUP BY id)'), 'rank')).toMatchObject({
      strategy: 'retract',
      partitionKeys: [],
    });
  });

  it('go by window where the partition holds it', () => {
    const top = rank('PARTITION BY window_start, window_end, kind ORDER BY price', 'rn <= 2', TUMBLE);
    expect(only(top, 'windowRank').partitionKeys).toHaveLength(1);
    expect(only(rank('PARTITION BY window_start, window_end ORDER BY ts DESC', 'rn = 1', TUMBLE), 'windowDeduplicate')).toMatchObject({
      keep: 'last',
      keys: [],
    });
  });
});

describe('other operators', () => {
  it('expand grouping sets; arguments that are keys as well keep their values', () => {
    const result = plan('SELECT kind, MAX(kind), GROUPING(kind) FROM events GROUP BY ROLLUP (kind)', 'k STRING, m STRING, g BIGINT');
    const { sets } = only(result, 'expand');
    expect(sets.map((set) => [set.keep.includes(0), set.groupingId])).toEqual([
      [true, 0],
      [false, 1],
    ]);
    const [call] = only(result, 'groupAggregate').aggregates;
    expect(call.args).not.toContain(0);
  });

  it('sort by time, or up to a limit', () => {
    expect(only(plan('SELECT id FROM events ORDER BY ts, id', 'id INT'), 'temporalSort').orderBy).toHaveLength(2);
    expect(only(plan('SELECT id FROM events ORDER BY price DESC LIMIT 3 OFFSET 1', 'id INT'), 'sortLimit')).toMatchObject({
      limit: 3,
      offset: 1,
      parallelism: 1,
    });
    expect(only(plan('SELECT id FROM events LIMIT 3', 'id INT'), 'sortLimit').changelog.delete).toBe(false);
  });

  it('resolve USING, NATURAL and stars once', () => {
    const result = plan(
      'SELECT * FROM (SELECT id, kind FROM events) JOIN (SELECT id, qty FROM ordered) USING (id)',
      'id INT, k STRING, q INT',
      EVENTS + ORDERED,
    );
    expect(only(result, 'sink').schema).toHaveLength(3);
  });

  it('refuse what is ambiguous', () => {
    expect(refused(`${EVENTS}${ORDERED}${sink('id INT')} INSERT INTO target SELECT id FROM events, ordered;`)[0].message).toContain(
      "in 'events' and 'ordered'",
    );
  });
});
