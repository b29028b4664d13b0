/** For tests: scripts, one for each operator that keeps state, edits of them, and what the state's fate is with each. */
import type { NodeKind } from '../engine/planner/physical-plan.ts';
import type { OperatorFate } from './compare-operators.ts';

const events = (mode = 'append', columns = 'id INT NOT NULL, user_id INT, kind STRING, qty INT, note STRING', name = 'events') =>
  `CREATE TABLE ${name} (${columns}, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'rows', 'mode' = '${mode}');`;
const accounts = (mode: string, key = ', PRIMARY KEY (acc) NOT ENFORCED') =>
  `CREATE TABLE accounts (acc INT, owner STRING, branch STRING, balance INT, memo STRING${key}) WITH ('connector' = 'rows', 'mode' = '${mode}');`;
const others = events('append', undefined, 'others');

/** A script: its tables, the sink's columns, the query. */
const script = (tables: string, columns: string, query: string, mode = 'changes'): string =>
  `${tables} CREATE TABLE target (${columns}) WITH ('connector' = 'rows', 'mode' = '${mode}'); INSERT INTO target ${query};`;

export interface Case {
  readonly kind: NodeKind;
  readonly of: string;
  readonly base: string;
  readonly edits: readonly (readonly [edit: string, sql: string, fate: OperatorFate['fate']])[];
}

const typesOf: Readonly<Record<string, string>> = {
  id: 'INT',
  user_id: 'INT',
  kind: 'STRING',
  qty: 'INT',
  note: 'STRING',
  ts: 'TIMESTAMP(3)',
  acc: 'INT',
  owner: 'STRING',
  branch: 'STRING',
  balance: 'INT',
  memo: 'STRING',
};
const list = (columns: string): readonly string[] => columns.split(' ');
const sinkOf = (columns: string, prefix = 'c'): string =>
  list(columns)
    .map((name, i) => `${prefix}${i} ${typesOf[name.split('.').at(-1) as string]}`)
    .join(', ');
const named = (columns: string, alias = ''): string =>
  list(columns)
    .map((name, i) => (alias === '' ? name : `${name} AS ${alias}${i}`))
    .join(', ');

/** A query over some columns of the rows it keeps; edits of them. */
function columnEdits(
  make: (select: string, sink: string) => string,
  columns: string,
  added: string,
  fates: { readonly added: OperatorFate['fate']; readonly dropped: OperatorFate['fate']; readonly moved: OperatorFate['fate'] },
): Pick<Case, 'base' | 'edits'> {
  const of = (names: string, alias = '') => make(named(names, alias), sinkOf(names));
  const [first, ...rest] = list(columns);
  const between = [first, added, ...rest].join(' ');
  return {
    base: of(columns),
    edits: [
      ['the same', of(columns), 'kept'],
      ['other names', of(columns, 'x'), 'kept'],
      ['a column added', of(between), fates.added],
      ['a column dropped', of(rest.join(' ')), fates.dropped],
      ['columns in another order', of([...rest, first].join(' ')), fates.moved],
    ],
  };
}

const MIGRATES = { added: 'changed', dropped: 'changed', moved: 'kept' } as const;
const BY_VALUE = { added: 'incompatible', dropped: 'incompatible', moved: 'incompatible' } as const;
/** The scan below hands out its columns in the order of the table, whatever the query's. */
const IN_SCAN_ORDER = { ...BY_VALUE, moved: 'kept' } as const;

const deduplicated = (tables: string, order: string) => (select: string, sink: string) =>
  script(
    tables,
    sink,
    `SELECT ${select} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY ${order}) AS rn FROM events) WHERE rn = 1`,
  );
const ranked = (mode: string, n: number) => (select: string, sink: string) =>
  script(
    accounts(mode, ''),
    sink,
    `SELECT ${select} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY branch ORDER BY balance DESC) AS rn FROM accounts) WHERE rn <= ${n}`,
  );
const limited = (mode: string, rest: string) => (select: string, sink: string) =>
  script(accounts(mode, ''), sink, `SELECT ${select} FROM accounts ${rest}`);
const counted = (select: string, sink: string, table = events()) =>
  script(table, sink, `SELECT user_id, ${select} FROM events GROUP BY user_id`);
const windowed = (window: string, select: string, sink: string) =>
  script(events(), sink, `SELECT user_id, window_start, ${select} FROM TABLE(${window}) GROUP BY user_id, window_start, window_end`);
const TUMBLED = "TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' HOUR)";
const SESSIONS = "SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '10' MINUTE)";
const joined =
  (join: string, on: string, tables = events() + others, mode = 'changes') =>
  (select: string, sink: string) =>
    script(tables, sink, `SELECT ${select} FROM events e ${join} others o ON e.user_id = o.user_id ${on}`, mode);
const met = (from: string, to: string) => (select: string, sink: string) =>
  joined('JOIN', `AND e.ts BETWEEN o.ts - INTERVAL '${from}' MINUTE AND o.ts + INTERVAL '${to}' MINUTE`)(select, sink);
const windowJoined = (select: string, sink: string) => {
  const side = (table: string) => `(SELECT * FROM TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(ts), INTERVAL '1' HOUR)))`;
  return script(
    events() + others,
    sink,
    `SELECT ${select} FROM ${side('events')} e JOIN ${side('others')} o ON e.user_id = o.user_id AND e.window_start = o.window_start AND e.window_end = o.window_end`,
  );
};
const inWindow = (order: string, n: string) => (select: string, sink: string) =>
  script(
    events(),
    sink,
    `SELECT ${select} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, user_id ORDER BY ${order}) AS rn FROM TABLE(${TUMBLED})) WHERE rn ${n}`,
  );
const chosen =
  (condition: string, not = '') =>
  (select: string, sink: string) =>
    script(
      events() + others,
      sink,
      `SELECT ${select} FROM events e WHERE ${not} EXISTS (SELECT 1 FROM others o WHERE o.user_id = e.user_id ${condition})`,
    );
const E2 = 'e.id e.note';
const rowsOf = (mode: string) => (select: string, sink: string) =>
  `${accounts(mode)} CREATE TABLE target (${sink}, PRIMARY KEY (c0) NOT ENFORCED) WITH ('connector' = 'rows', 'mode' = 'upserts'); INSERT INTO target SELECT ${select} FROM accounts;`;
const replaced = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`no ${from} in ${text}`);
  return text.replaceAll(from, to);
};
const appended = (text: string) => replaced(text, "'mode' = 'append'", "'mode' = 'changes'");

const last = columnEdits(deduplicated(events(), 'ts DESC'), 'kind note user_id', 'qty', MIGRATES);
const top = columnEdits(ranked('append', 2), 'owner balance memo', 'acc', MIGRATES);
const topChanging = columnEdits(ranked('changes', 2), 'owner balance memo', 'acc', IN_SCAN_ORDER);
const sorted = columnEdits(limited('append', 'ORDER BY balance LIMIT 4'), 'owner balance memo', 'acc', MIGRATES);
const sortedChanging = columnEdits(limited('changes', 'ORDER BY balance LIMIT 4'), 'owner balance memo', 'acc', BY_VALUE);
const plain = columnEdits(limited('append', 'LIMIT 4'), 'owner balance memo', 'acc', { added: 'kept', dropped: 'kept', moved: 'kept' });
const inner = columnEdits(joined('JOIN', ''), 'e.kind e.note o.qty', 'o.kind', MIGRATES);
const outer = columnEdits(joined('LEFT JOIN', 'AND o.qty > e.qty'), 'e.kind e.note o.note', 'o.kind', MIGRATES);
const byValue = columnEdits(
  (select, sink) => replaced(joined('JOIN', '')(select, sink), "'mode' = 'append'", "'mode' = 'changes'"),
  'e.kind e.note o.qty',
  'o.kind',
  IN_SCAN_ORDER,
);
const interval = columnEdits(met('5', '5'), 'e.kind e.note o.qty', 'o.kind', MIGRATES);
const inWindows = columnEdits(windowJoined, 'e.kind e.note o.qty', 'o.kind', MIGRATES);
const windowTop = columnEdits(inWindow('qty DESC', '<= 2'), 'kind note', 'id', { ...MIGRATES, added: 'incompatible' });
const windowLast = columnEdits(inWindow('ts DESC', '= 1'), 'kind note', 'qty', MIGRATES);
const sessions = columnEdits(
  (select, sink) => script(events(), sink, `SELECT ${select} FROM TABLE(${SESSIONS})`),
  'kind note',
  'qty',
  MIGRATES,
);
const inOrder = columnEdits(
  (select, sink) => script(events(), sink, `SELECT ${select} FROM events ORDER BY ts`),
  'kind note',
  'qty',
  MIGRATES,
);
const normalized = columnEdits(
  (select, sink) => script(accounts('upserts'), sink, `SELECT ${select} FROM accounts`),
  'owner memo',
  'balance',
  MIGRATES,
);
const materialized = rowsOf('changes')(named('owner memo acc'), sinkOf('owner memo acc'));

export const CASES: readonly Case[] = [
  {
    kind: 'deduplicate',
    of: 'last by time',
    ...last,
    edits: [
      ...last.edits,
      ['a filter', replaced(last.base, 'FROM events)', "FROM events WHERE kind <> 'kind-9')"), 'kept'],
      ['a column without NULL added', deduplicated(events(), 'ts DESC')('user_id, id', sinkOf('user_id id')), 'incompatible'],
      ['the first instead', replaced(last.base, 'ts DESC', 'ts ASC'), 'incompatible'],
    ],
  },
  {
    kind: 'rank',
    of: 'a growing input',
    ...top,
    edits: [
      ...top.edits,
      ['more rows', replaced(top.base, 'rn <= 2', 'rn <= 3'), 'incompatible'],
      ['fewer rows', replaced(top.base, 'rn <= 2', 'rn <= 1'), 'kept'],
      ['an input that changes', appended(top.base), 'incompatible'],
    ],
  },
  {
    kind: 'rank',
    of: 'a changing input',
    ...topChanging,
    edits: [...topChanging.edits, ['more rows', replaced(topChanging.base, 'rn <= 2', 'rn <= 3'), 'kept']],
  },
  {
    kind: 'sortLimit',
    of: 'a growing input',
    ...sorted,
    edits: [
      ...sorted.edits,
      ['more rows', replaced(sorted.base, 'LIMIT 4', 'LIMIT 5'), 'incompatible'],
      ['an input that changes', appended(sorted.base), 'incompatible'],
    ],
  },
  {
    kind: 'sortLimit',
    of: 'a changing input',
    ...sortedChanging,
    edits: [...sortedChanging.edits, ['more rows', replaced(sortedChanging.base, 'LIMIT 4', 'LIMIT 5'), 'kept']],
  },
  {
    kind: 'sortLimit',
    of: 'no order',
    ...plain,
    edits: [
      ...plain.edits,
      ['more rows', replaced(plain.base, 'LIMIT 4', 'LIMIT 5'), 'incompatible'],
      ['an input that changes', appended(plain.base), 'incompatible'],
    ],
  },
  {
    kind: 'groupAggregate',
    of: 'a growing input',
    base: counted('COUNT(*), MAX(qty)', 'u INT, n BIGINT, q INT'),
    edits: [
      ['the same', counted('COUNT(*), MAX(qty)', 'u INT, n BIGINT, q INT'), 'kept'],
      ['in another order', counted('MAX(qty), COUNT(*)', 'u INT, q INT, n BIGINT'), 'kept'],
      ['one added', counted('COUNT(*), MAX(qty), COUNT(DISTINCT kind)', 'u INT, n BIGINT, q INT, k BIGINT'), 'changed'],
      ['one dropped', counted('MAX(qty)', 'u INT, q INT'), 'changed'],
      ['an input that changes', counted('COUNT(*), MAX(qty)', 'u INT, n BIGINT, q INT', events('changes')), 'incompatible'],
      [
        'a key of another type',
        counted('COUNT(*), MAX(qty)', 'u BIGINT, n BIGINT, q INT', events('append', 'user_id BIGINT, qty INT')),
        'incompatible',
      ],
      [
        'an argument of another type',
        counted('COUNT(*), MAX(qty)', 'u INT, n BIGINT, q BIGINT', events('append', 'user_id INT, qty BIGINT')),
        'incompatible',
      ],
    ],
  },
  {
    kind: 'windowAggregate',
    of: 'tumbling',
    base: windowed(TUMBLED, 'COUNT(*), MAX(qty)', 'u INT, w TIMESTAMP(3), n BIGINT, q INT'),
    edits: [
      ['in another order', windowed(TUMBLED, 'MAX(qty), COUNT(*)', 'u INT, w TIMESTAMP(3), q INT, n BIGINT'), 'kept'],
      ['one added', windowed(TUMBLED, 'COUNT(*), MAX(qty), SUM(qty)', 'u INT, w TIMESTAMP(3), n BIGINT, q INT, s INT'), 'changed'],
      ['one dropped', windowed(TUMBLED, 'MAX(qty)', 'u INT, w TIMESTAMP(3), q INT'), 'changed'],
    ],
  },
  {
    kind: 'windowAggregate',
    of: 'sessions',
    base: windowed(SESSIONS, 'COUNT(*), MAX(qty)', 'u INT, w TIMESTAMP(3), n BIGINT, q INT'),
    edits: [
      ['the same', windowed(SESSIONS, 'COUNT(*), MAX(qty)', 'u INT, w TIMESTAMP(3), n BIGINT, q INT'), 'kept'],
      ['one added', windowed(SESSIONS, 'COUNT(*), MAX(qty), SUM(qty)', 'u INT, w TIMESTAMP(3), n BIGINT, q INT, s INT'), 'changed'],
    ],
  },
  {
    kind: 'join',
    of: 'two growing inputs',
    ...inner,
    edits: [
      ...inner.edits,
      ['a condition', replaced(inner.base, '= o.user_id ', '= o.user_id AND o.qty > 1 '), 'kept'],
      ['a side that changes', replaced(inner.base, others, events('changes', undefined, 'others')), 'incompatible'],
    ],
  },
  {
    kind: 'join',
    of: 'an outer side',
    ...outer,
    edits: [...outer.edits, ['another condition', replaced(outer.base, 'o.qty > e.qty', 'o.qty >= e.qty'), 'incompatible']],
  },
  { kind: 'join', of: 'rows by value', ...byValue },
  {
    kind: 'join',
    of: 'a unique key',
    base: script(
      events() + accounts('changes'),
      'k STRING, o STRING, a INT',
      'SELECT e.kind, a.owner, a.acc FROM events e JOIN accounts a ON e.user_id = a.balance',
    ),
    edits: [
      [
        'a column added',
        script(
          events() + accounts('changes'),
          'k STRING, o STRING, a INT, m STRING',
          'SELECT e.kind, a.owner, a.acc, a.memo FROM events e JOIN accounts a ON e.user_id = a.balance',
        ),
        'changed',
      ],
      [
        'no key',
        script(
          events() + accounts('changes', ''),
          'k STRING, o STRING, a INT',
          'SELECT e.kind, a.owner, a.acc FROM events e JOIN accounts a ON e.user_id = a.balance',
        ),
        'incompatible',
      ],
    ],
  },
  {
    kind: 'join',
    of: 'existence',
    base: chosen('')(named(E2), sinkOf(E2)),
    edits: [
      ['the same', chosen('')(named(E2), sinkOf(E2)), 'kept'],
      ['a column added', chosen('')(named('e.id e.qty e.note'), sinkOf('e.id e.qty e.note')), 'changed'],
      ['a condition', chosen('AND o.qty > e.qty')(named('e.id e.qty e.note'), sinkOf('e.id e.qty e.note')), 'incompatible'],
    ],
  },
  {
    kind: 'intervalJoin',
    of: 'two inputs',
    ...interval,
    edits: [
      ...interval.edits,
      ['a narrower interval', met('5', '2')('e.kind, e.note, o.qty', sinkOf('e.kind e.note o.qty')), 'kept'],
      ['a wider interval', met('9', '5')('e.kind, e.note, o.qty', sinkOf('e.kind e.note o.qty')), 'incompatible'],
    ],
  },
  { kind: 'windowJoin', of: 'two inputs', ...inWindows },
  {
    kind: 'windowRank',
    of: 'a window',
    ...windowTop,
    edits: [...windowTop.edits, ['more rows', replaced(windowTop.base, 'rn <= 2', 'rn <= 3'), 'incompatible']],
  },
  { kind: 'windowDeduplicate', of: 'a window', ...windowLast },
  { kind: 'windowTableFunction', of: 'sessions', ...sessions },
  { kind: 'temporalSort', of: 'time', ...inOrder },
  { kind: 'changelogNormalize', of: 'upserts', ...normalized },
  {
    kind: 'sinkUpsertMaterialize',
    of: 'another key',
    base: materialized,
    edits: [
      ['the same', materialized, 'kept'],
      ['a column added', rowsOf('changes')(named('owner memo acc balance'), sinkOf('owner memo acc balance')), 'incompatible'],
      ['a column dropped', rowsOf('changes')(named('owner acc'), sinkOf('owner acc')), 'incompatible'],
    ],
  },
];
