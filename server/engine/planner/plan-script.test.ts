import { describe, expect, it } from 'vitest';
import { formatType } from '../types/sql-type.ts';
import { changelogText } from './explain.ts';
import { ACCOUNTS, EVENTS, kindsOf, nodesOf, only, planned, sink } from './planner-harness.ts';

const NEXMARK = `CREATE TABLE nexmark (event_type INT,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, \`dateTime\` TIMESTAMP(3), extra STRING>,
  \`dateTime\` AS CASE event_type WHEN 0 THEN TIMESTAMP '2020-01-01 00:00:00.000' ELSE bid.\`dateTime\` END,
  WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '/in/nexmark', 'format' = 'json');
CREATE VIEW bid AS SELECT bid.auction AS auction, bid.bidder AS bidder, bid.price AS price, \`dateTime\`, bid.extra AS extra FROM nexmark WHERE event_type = 2;`;

describe('projection and filter', () => {
  it('makes one calc over a source that reads only the nested fields in use', () => {
    const plan = planned(
      `${NEXMARK} ${sink('a BIGINT, p BIGINT')} INSERT INTO target SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;`,
    );
    expect(kindsOf(plan)).toEqual(['source', 'calc', 'sink']);
    expect(only(plan, 'source').reads.map((read) => read.path)).toEqual([['event_type'], ['bid', 'auction'], ['bid', 'price']]);
  });

  it('keeps the watermark only where an operator waits for it', () => {
    const window = planned(`${EVENTS} ${sink('s TIMESTAMP(3), n BIGINT')}
      INSERT INTO target SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;`);
    expect(only(window, 'watermark').intervalMs).toBe(200);
    const group = planned(`${EVENTS} ${sink('n BIGINT')} INSERT INTO target SELECT COUNT(*) FROM events;`);
    expect(nodesOf(group, 'watermark')).toEqual([]);
    expect(only(group, 'source').reads).toEqual([]);
  });

  it('evaluates an expression that is used twice once, in a calc of its own', () => {
    const plan = planned(`${EVENTS} ${sink('a STRING, b STRING')}
      INSERT INTO target SELECT d, d || '!' FROM (SELECT UPPER(kind) AS d FROM events) WHERE d <> 'X';`);
    const calls = JSON.stringify(plan.nodes.map((node) => (node.kind === 'calc' ? [node.projection, node.condition] : []))).match(
      /"UPPER"/g,
    );
    expect(calls).toHaveLength(2);
  });

  it('folds a literal that is cast for the sink', () => {
    const plan = planned(`${EVENTS} ${sink('a STRING, b DOUBLE')} INSERT INTO target SELECT 'x', 1 FROM events;`);
    expect(only(plan, 'calc').projection).toMatchObject([
      { kind: 'literal', value: 'x', type: { kind: 'VARCHAR' } },
      { kind: 'literal', value: 1, type: { kind: 'DOUBLE' } },
    ]);
  });

  it('folds constants, keeps what is not deterministic', () => {
    const plan = planned(`${EVENTS} ${sink('a INT, b DOUBLE')} INSERT INTO target SELECT 1 + 2 * 3, RAND() FROM events;`);
    const { projection } = only(plan, 'calc');
    expect(projection[0]).toMatchObject({ kind: 'literal', value: 7 });
    expect(projection[1]).toMatchObject({ kind: 'call', function: 'RAND' });
  });
});

describe('one job for all INSERTs', () => {
  it('shares source and common operators', () => {
    const plan = planned(`${EVENTS} ${sink('k STRING, n BIGINT', 'a')} ${sink('k STRING, n BIGINT', 'b')} ${sink('id INT', 'c')}
      CREATE VIEW counts AS SELECT kind, COUNT(*) AS n FROM events GROUP BY kind;
      EXECUTE STATEMENT SET BEGIN
      INSERT INTO a SELECT * FROM counts; INSERT INTO b SELECT kind, n FROM counts WHERE n > 1; INSERT INTO c SELECT id FROM events; END;`);
    expect(nodesOf(plan, 'source')).toHaveLength(1);
    expect(nodesOf(plan, 'groupAggregate')).toHaveLength(1);
    expect(nodesOf(plan, 'sink').map((node) => node.table.name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps a table apart from one of the same name that was dropped before', () => {
    const first = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); CREATE VIEW former AS SELECT a FROM t;";
    const second = "DROP TABLE t; CREATE TABLE t (b STRING, a INT) WITH ('connector' = 'datagen');";
    const plan = planned(
      `${first} ${second} ${sink('a INT', 'x')} ${sink('a INT', 'y')} INSERT INTO x SELECT a FROM former; INSERT INTO y SELECT a FROM t;`,
    );
    expect(nodesOf(plan, 'source').map((node) => node.table.physical.length)).toEqual([1, 2]);
  });

  it('puts inputs before their users and numbers nodes by place', () => {
    const plan = planned(
      `${EVENTS} ${sink('a INT, b INT')} INSERT INTO target SELECT x.id, y.id FROM events x JOIN events y ON x.user_id = y.qty;`,
    );
    plan.nodes.forEach((node, place) => {
      expect(node.id).toBe(place);
      for (const input of node.inputs) expect(input).toBeLessThan(place);
    });
  });
});

describe('changelog modes', () => {
  const counts = `${EVENTS} ${sink('n BIGINT, c BIGINT')}`;

  it('retracts where an aggregate stands on an aggregate', () => {
    const plan = planned(
      `${counts} INSERT INTO target SELECT n, COUNT(*) FROM (SELECT kind, COUNT(*) AS n FROM events GROUP BY kind) GROUP BY n;`,
    );
    const [inner, outer] = nodesOf(plan, 'groupAggregate');
    expect([inner.isInputChanging, inner.emitUpdateBefore, changelogText(inner.changelog)]).toEqual([false, true, 'I,UB,UA']);
    expect([outer.isInputChanging, changelogText(outer.changelog)]).toEqual([true, 'I,UB,UA,D']);
  });

  it('makes rows before an update only for those who want them', () => {
    const upsert = "CREATE TABLE latest (kind STRING, n BIGINT, PRIMARY KEY (kind) NOT ENFORCED) WITH ('connector' = 'upserts');";
    const insert = 'INSERT INTO latest SELECT kind, COUNT(*) FROM events GROUP BY kind;';
    const alone = planned(`${EVENTS} ${upsert} ${insert}`);
    expect(only(alone, 'groupAggregate').emitUpdateBefore).toBe(false);
    expect(nodesOf(alone, 'dropUpdateBefore')).toEqual([]);
    const shared = planned(
      `${EVENTS} ${upsert} ${insert} ${sink('k STRING, n BIGINT')} INSERT INTO target SELECT kind, COUNT(*) FROM events GROUP BY kind;`,
    );
    const aggregates = nodesOf(shared, 'groupAggregate');
    expect(aggregates.map((node) => node.emitUpdateBefore)).toEqual([true]);
    expect(only(shared, 'dropUpdateBefore').changelog).toEqual({ insert: true, updateBefore: false, updateAfter: true, delete: false });
  });

  it('wants rows before an update below a filter on a value, not below one on the key', () => {
    const upsert = "CREATE TABLE latest (kind STRING, n BIGINT, PRIMARY KEY (kind) NOT ENFORCED) WITH ('connector' = 'upserts');";
    const emits = (having: string): boolean =>
      only(
        planned(`${EVENTS} ${upsert} INSERT INTO latest SELECT kind, COUNT(*) FROM events GROUP BY kind HAVING ${having};`),
        'groupAggregate',
      ).emitUpdateBefore;
    expect([emits('COUNT(*) > 1'), emits("kind <> 'x'")]).toEqual([true, false]);
  });

  it('normalises upserts by their key and materialises for a sink with another key', () => {
    const tables = `CREATE TABLE accounts (acc INT, owner STRING, balance INT, PRIMARY KEY (acc) NOT ENFORCED) WITH ('connector' = 'upserts');
      CREATE TABLE owners (owner STRING, balance INT, PRIMARY KEY (owner) NOT ENFORCED) WITH ('connector' = 'upserts');
      CREATE TABLE copy (acc INT, balance INT, PRIMARY KEY (acc) NOT ENFORCED) WITH ('connector' = 'upserts');`;
    const rekeyed = planned(`${tables} INSERT INTO owners SELECT owner, balance FROM accounts;`);
    expect(only(rekeyed, 'changelogNormalize')).toMatchObject({ keys: [0], emitUpdateBefore: true });
    expect(only(rekeyed, 'sinkUpsertMaterialize').keys).toEqual([0]);
    // The join moves the rows of one account to wherever its owner is: their order by account is lost.
    const moved = planned(
      `${tables} ${EVENTS} INSERT INTO copy SELECT a.acc, e.qty FROM accounts a JOIN (SELECT kind, MAX(qty) AS qty FROM events GROUP BY kind) e ON a.owner = e.kind;`,
    );
    expect(only(moved, 'sinkUpsertMaterialize').keys).toEqual([0]);
    const same = planned(`${tables} INSERT INTO copy SELECT acc, balance FROM accounts;`);
    expect(only(same, 'changelogNormalize').emitUpdateBefore).toBe(false);
    expect(nodesOf(same, 'sinkUpsertMaterialize')).toEqual([]);
  });

  it('makes outer joins changing and inner joins of appended rows not', () => {
    const join = (type: string): string =>
      changelogText(
        only(
          planned(
            `${EVENTS} ${sink('a INT, b INT')} INSERT INTO target SELECT x.id, y.id FROM events x ${type} JOIN events y ON x.id = y.qty;`,
          ),
          'join',
        ).changelog,
      );
    expect([join(''), join('LEFT'), join('FULL')]).toEqual(['I', 'I,D', 'I,D']);
  });
});

describe('sinks', () => {
  it('casts implicitly, fills the columns of a list and of a static partition', () => {
    const plan = planned(`${EVENTS} CREATE TABLE t (id BIGINT, d DECIMAL(12, 3), p STRING, missing INT) PARTITIONED BY (p)
      WITH ('connector' = 'filesystem', 'path' = '/out/t', 'format' = 'json');
      INSERT INTO t PARTITION (p = 'fixed') (d, id) SELECT amount, id FROM events;`);
    const { projection } = only(plan, 'calc');
    expect(projection.map((e) => formatType(e.type))).toEqual(['BIGINT', 'DECIMAL(12, 3)', 'STRING NOT NULL', 'INT']);
    expect(projection[2]).toMatchObject({ kind: 'literal', value: 'fixed' });
    expect(projection[3]).toMatchObject({ kind: 'literal', value: null });
  });

  it('checks NOT NULL of the sink, or leaves such rows out', () => {
    const tables = `${EVENTS} CREATE TABLE t (id INT NOT NULL, kind STRING) WITH ('connector' = 'filesystem', 'path' = '/out/t', 'format' = 'json');`;
    const condition = (settings: Readonly<Record<string, string>>): string =>
      JSON.stringify(only(planned(`${tables} INSERT INTO t SELECT id, kind FROM events;`, settings), 'calc').condition);
    expect(condition({})).toContain('$NULL_REFUSED');
    expect(condition({ 'table.exec.sink.not-null-enforcer': 'DROP' })).not.toContain('$NULL_REFUSED');
    expect(nodesOf(planned(`${tables} INSERT INTO t VALUES (1, 'x');`), 'calc').map((node) => node.condition)).toEqual([null]);
  });

  it('makes a sink of a bare SELECT', () => {
    const plan = planned(`${EVENTS} SELECT kind, COUNT(*) AS n FROM events GROUP BY kind;`);
    expect(only(plan, 'sink').table).toMatchObject({ connector: 'collect', physical: [{ name: 'kind' }, { name: 'n' }] });
  });

  it('reads a change stream as it is', () => {
    const plan = planned(
      `${ACCOUNTS} ${sink('o STRING, s INT')} INSERT INTO target SELECT owner, SUM(balance) FROM accounts GROUP BY owner;`,
    );
    expect(only(plan, 'groupAggregate').isInputChanging).toBe(true);
    expect(nodesOf(plan, 'changelogNormalize')).toEqual([]);
  });
});
