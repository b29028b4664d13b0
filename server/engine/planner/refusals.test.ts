import { describe, expect, it } from 'vitest';
import { ACCOUNTS, EVENTS, marked, refused, sink } from './planner-harness.ts';

const T = sink('id INT');

/** Line, column and text that each refusal points at. */
function place(sql: string): readonly unknown[] {
  const [problem] = refused(sql);
  return [problem.line, problem.column, marked(sql, problem)];
}

describe('refusals', () => {
  it('point at an unknown column and offer the near one', () => {
    const sql = `${EVENTS}\n${T}\nINSERT INTO target\nSELECT user_ld FROM events;`;
    const [problem] = refused(sql);
    expect([problem.line, problem.column, marked(sql, problem), problem.replacement]).toEqual([5, 8, 'user_ld', 'user_id']);
  });

  it('tell every broken statement, but not what follows from one', () => {
    const sql = `${EVENTS}
CREATE VIEW v AS SELECT nope FROM events;
${T}
INSERT INTO target SELECT * FROM v;
INSERT INTO target SELECT alsoNope FROM events;`;
    expect(refused(sql).map((p) => [p.line, marked(sql, p)])).toEqual([
      [3, 'nope'],
      [6, 'alsoNope'],
    ]);
  });

  it.each([
    ['an aggregate in WHERE', 'SELECT id FROM events WHERE COUNT(*) > 1', 'COUNT(*)'],
    ['a nested aggregate', 'SELECT SUM(COUNT(*)) FROM events', 'SUM(COUNT(*))'],
    ['a column that is not grouped', 'SELECT id FROM events GROUP BY kind', 'id'],
    ['a column of HAVING that is not grouped', 'SELECT MAX(id) FROM events GROUP BY kind HAVING qty > 1', 'qty'],
    ['a cast that does not exist', 'SELECT CAST(ts AS INT) FROM events', 'CAST(ts AS INT)'],
    ['an unknown function', 'SELECT UPER(kind) FROM events', 'UPER'],
    ['an unknown table', 'SELECT id FROM event', 'event'],
    ['a window on a column without watermark', "SELECT id FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(qty), INTERVAL '1' MINUTE))", 'qty'],
    ['an unknown window function', "SELECT id FROM TABLE(TUMBEL(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE))", 'TUMBEL'],
    ['ORDER BY without LIMIT', 'SELECT id FROM events ORDER BY price', 'price'],
    ['a sum OVER', 'SELECT SUM(qty) OVER (PARTITION BY kind ORDER BY ts) FROM events', 'SUM(qty) OVER (PARTITION BY kind ORDER BY ts)'],
    ['RANK as Top-N', 'SELECT id FROM (SELECT *, RANK() OVER (ORDER BY qty) AS r FROM events) WHERE r < 3', 'RANK() OVER (ORDER BY qty)'],
    ['a wrong type for the sink', 'SELECT kind FROM events', 'kind'],
  ])('refuse %s at its place', (_name, query, text) => {
    expect(place(`${EVENTS}\n${T}\nINSERT INTO target\n${query};`).at(2)).toBe(text);
  });

  it('say which operator makes the changes that a sink does not take', () => {
    const append = "CREATE TABLE target (id INT) WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = 'json');";
    const [problem] = refused(`${EVENTS} ${append}\nINSERT INTO target SELECT MAX(id) FROM events GROUP BY kind;`);
    expect(problem.message).toContain('update changes, which GroupAggregate(groupBy=[kind]');
    const [cdc] = refused(`${ACCOUNTS} ${append}\nINSERT INTO target SELECT acc FROM accounts;`);
    expect(cdc.message).toContain('update and delete changes, which TableSourceScan(table=[accounts]');
  });

  it('know lost time attributes', () => {
    const sql = `${EVENTS} ${T}
INSERT INTO target SELECT MAX(id) FROM TABLE(TUMBLE((SELECT x.id, x.ts FROM events x JOIN events y ON x.id = y.qty), DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;`;
    expect(refused(sql)[0].message).toContain("'ts' has lost it");
  });

  it('check settings: unknown keys and bad values are refused, keys without effect are told', () => {
    const sql = "SET 'table.exec.state.tll' = '1 h';";
    expect(refused(sql)[0]).toMatchObject({ line: 1, column: 5, replacement: "'table.exec.state.ttl'" });
    expect(refused("SET 'table.local-time-zone' = 'Mars/Olympus';")[0].message).toContain('a time zone such as');
  });
});
