import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionContext } from './completion-context.ts';
import { SCRIPT } from './fixtures/statements.ts';

const TABLES = `CREATE TABLE orders (id INT, name STRING, ts TIMESTAMP(3)) WITH ('connector' = 'kafka', 'topic' = 'o');
CREATE VIEW big AS SELECT id AS order_id, name, COUNT(*) AS n FROM orders GROUP BY id, name;
`;

/** The place is where | stands. */
function at(text: string) {
  const script = TABLES + text;
  const offset = script.indexOf('|', TABLES.length);
  return completionContext(script.slice(0, offset) + script.slice(offset + 1), offset);
}

describe('completionContext', () => {
  it('proposes statements where one begins, and the word typed is the prefix', () => {
    const context = at('SEL|');
    expect(context.keywords).toEqual(expect.arrayContaining(['SELECT', 'INSERT', 'CREATE', 'SET']));
    expect(context.prefix).toBe('SEL');
    expect(context.replace).toEqual({ start: TABLES.length, end: TABLES.length + 3 });
  });

  it('proposes what a statement set holds', () => {
    expect(at('EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; |').keywords).toEqual(['INSERT', 'END']);
  });

  it('knows the tables of the script and their columns', () => {
    const context = at('SELECT * FROM |');
    expect(context.wantsTable).toBe(true);
    expect(context.columnsOf).toBeNull();
    expect(context.tables).toEqual([
      { name: 'orders', kind: 'table', columns: ['id', 'name', 'ts'], connector: 'kafka' },
      { name: 'big', kind: 'view', columns: ['order_id', 'name', 'n'], connector: null },
    ]);
  });

  it('proposes columns of the tables that FROM names, also when it comes later', () => {
    const context = at('INSERT INTO x SELECT |, a FROM orders o JOIN big ON o.id = big.order_id WHERE 1 = 1; SELECT 1');
    expect(context.wantsFunction).toBe(true);
    expect(context.columnsOf).toEqual([
      { name: 'o', columns: ['id', 'name', 'ts'] },
      { name: 'big', columns: ['order_id', 'name', 'n'] },
    ]);
  });

  it('after a qualifier only that table', () => {
    expect(at('SELECT * FROM orders o, big b WHERE b.na|').columnsOf).toEqual([{ name: 'b', columns: ['order_id', 'name', 'n'] }]);
    expect(at('SELECT * FROM orders o, big b WHERE b.na|').prefix).toBe('na');
  });

  it('sees the inner query, named queries and windows', () => {
    const context = at('WITH w AS (SELECT id AS i FROM orders) SELECT x FROM (SELECT | FROM w) JOIN big ON TRUE');
    expect(context.columnsOf).toEqual([{ name: 'w', columns: ['i'] }]);
    const window = at("SELECT | FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))");
    expect(window.columnsOf).toEqual([{ name: '', columns: ['id', 'name', 'ts', 'window_start', 'window_end', 'window_time'] }]);
  });

  it('proposes what may follow a table, and operators after an expression', () => {
    expect(at('SELECT id FROM orders |').keywords).toEqual(expect.arrayContaining(['WHERE', 'GROUP BY', 'JOIN', 'UNION']));
    expect(at('SELECT id FROM orders WHERE id = 1 |').keywords).toEqual(expect.arrayContaining(['AND', 'OR', 'GROUP BY']));
  });

  it('proposes columns where definitions and inserts name them, and types', () => {
    expect(at('CREATE TABLE t (a INT, b |').wantsType).toBe(true);
    expect(at('CREATE TABLE t (a INT, `b c` ROW<x INT, y INT>, WATERMARK FOR |').columnsOf).toEqual([{ name: 't', columns: ['a', 'b c'] }]);
    expect(at('INSERT INTO orders (id, |').columnsOf).toEqual([{ name: 'orders', columns: ['id', 'name', 'ts'] }]);
  });

  it('tells options and their values with the connector', () => {
    expect(at("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', '|')").option).toEqual({
      connector: 'kafka',
      key: null,
      present: ['connector'],
      isQuoted: true,
    });
    expect(at("CREATE TABLE t (a INT) WITH ('connector' = |").option).toMatchObject({ key: 'connector', isQuoted: false });
    expect(at("CREATE TABLE t (a INT) WITH ('format' = 'js|").option).toMatchObject({ connector: null, key: 'format', isQuoted: true });
    expect(at("SELECT * FROM orders /*+ OPTIONS('scan|").option).toMatchObject({ connector: 'kafka', key: null });
    expect(at('SELECT id FROM orders WHERE (|').option).toBeNull();
  });

  it('proposes nothing in comments and texts', () => {
    for (const text of ['SELECT 1 -- a |', 'SELECT 1 /* a |', "SELECT 'a |"]) {
      expect(at(text)).toMatchObject({ keywords: [], wantsTable: false, wantsFunction: false, columnsOf: null, option: null });
    }
  });

  it('answers at any place of any cut text', () => {
    fc.assert(
      fc.property(fc.nat(SCRIPT.length), fc.nat(200), fc.nat(400), (from, cut, place) => {
        const text = SCRIPT.slice(0, from) + SCRIPT.slice(from + cut);
        const offset = Math.max(0, Math.min(text.length, from - 200 + place));
        const { prefix, replace } = completionContext(text, offset);
        expect(text.slice(replace.start, replace.end)).toBe(prefix);
      }),
      { numRuns: 150 },
    );
  });
});
