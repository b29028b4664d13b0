/**
 * The preview's verdict and the restore, for every operator that keeps state and every kind of edit: a job runs on the first script and stops with a
 * savepoint; the second script is previewed, and then really restored from it. What the preview calls incompatible is refused, and nothing else;
 * what is restored holds the kept columns record by record, and NULL in new ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import { readManifest, visitState } from '../engine/checkpoint/snapshot-reader.ts';
import type { Connector, SourceReader, TableFacts } from '../engine/connectors/contract.ts';
import type { ChangelogMode, NodeKind, PhysicalPlan, PlanTable, TableColumnRead } from '../engine/planner/physical-plan.ts';
import { planScript } from '../engine/planner/plan-script.ts';
import { createJob } from '../engine/runtime/job.ts';
import type { JobEnd } from '../engine/runtime/job-contract.ts';
import { createLocator } from '../engine/runtime/locate-folder.ts';
import { createRunEnvironment } from '../engine/runtime/run-environment.ts';
import type { RunSpec } from '../engine/runtime/wire.ts';
import { ByteReader } from '../engine/state/byte-stream.ts';
import { readGroup, readLayout, type TableLayout } from '../engine/state/table-format.ts';
import { BatchBuilder } from '../engine/types/batch-builder.ts';
import { valueAt } from '../engine/types/row-access.ts';
import type { Value } from '../engine/types/value.ts';
import { LocalObjectStore } from '../storage/local-store.ts';
import { compareOperators, type OperatorFate } from './compare-operators.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-edits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MODES: Readonly<Record<string, ChangelogMode>> = {
  append: { insert: true, updateBefore: false, updateAfter: false, delete: false },
  changes: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  upserts: { insert: true, updateBefore: false, updateAfter: true, delete: true },
};

type Row = Readonly<Record<string, Value>>;
const at = (second: number): Value => BigInt(Date.UTC(2026, 0, 1, 0, 0, second));
const EVENT_ROWS: readonly Row[] = Array.from({ length: 12 }, (_, i) => ({
  id: i,
  user_id: i % 4,
  kind: `kind-${i % 3}`,
  qty: (i * 7) % 5,
  note: i % 5 === 0 ? null : `note ${i}`,
  ts: at(i),
}));
const ACCOUNT_ROWS: readonly Row[] = Array.from({ length: 9 }, (_, i) => ({
  acc: i,
  owner: `owner-${i % 4}`,
  branch: `branch-${i % 2}`,
  balance: i * 10,
  memo: `memo ${i}`,
}));
const INPUTS: Readonly<Record<string, readonly Row[]>> = { events: EVENT_ROWS, others: EVENT_ROWS, accounts: ACCOUNT_ROWS };

/** Hands its rows out once, then waits. */
function reader(table: PlanTable, reads: readonly TableColumnRead[]): SourceReader {
  const rows = INPUTS[table.name] as readonly Row[];
  const builder = new BatchBuilder(reads.map((read, i) => ({ name: `c${i}`, type: read.type })));
  let next = 0;
  return {
    async open(restored) {
      next = Number(restored?.[0]?.position.next ?? 0);
    },
    async poll() {
      if (next === rows.length) return { kind: 'idle', waitMs: 2 };
      for (; next < rows.length; next++) {
        reads.forEach((read, i) => {
          builder.setValue(i, (rows[next] as Row)[read.path[0] as string] as Value);
        });
        builder.endRow(0);
      }
      return { kind: 'batch', batch: builder.finish(0) };
    },
    positions: () => [{ split: '0', position: { next } }],
    async close() {},
  };
}

const rowsConnector: Connector = {
  name: 'rows',
  describe(table): TableFacts {
    const mode = MODES[table.options.mode as string] as ChangelogMode;
    return {
      problems: [],
      warnings: [],
      sourceChangelog: mode,
      sinkChangelog: mode,
      isBounded: false,
      hasSplitWatermarks: false,
      metadata: [],
      delivery: { guarantee: 'idempotent', why: '' },
      summary: 'rows',
    };
  },
  createReader: reader,
  createWriter: () => ({
    async open() {},
    write() {},
    ready: () => null,
    prepare: async () => [],
    async commit() {},
    async close() {},
  }),
};

function planned(sql: string): PhysicalPlan {
  const outcome = planScript({
    sql,
    settings: {},
    connectorOf: (name) => (name === 'rows' ? rowsConnector : null),
    connectorNames: ['rows'],
    bareSelect: 'refuse',
    allowLocalFiles: true,
  });
  if (outcome.kind === 'refused') throw new Error(`${outcome.problems.map((p) => p.message).join(' ')}\n${sql}`);
  return outcome.plan;
}

let runs = 0;

/** Runs a script until it has read what there is, and stops it with a savepoint. */
async function run(sql: string, plan: PhysicalPlan, restoreFrom: string | null): Promise<JobEnd> {
  const spec: RunSpec = {
    jobId: 'edited',
    jobName: 'edited',
    runId: `run${++runs}`,
    generation: runs,
    sql,
    settings: {},
    parallelism: 1,
    checkpoint: { isEnabled: false, intervalMs: 1e9, mode: 'exactly-once', timeoutMs: 60_000, retained: 1, directory: null },
    savepointDirectory: 'obs://bucket/savepoints',
    restoreFrom,
    allowNonRestoredState: true,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 2 ** 30,
    timeZone: 'UTC',
    store: { kind: 'local', root: join(folder, 'objects') },
    allowPrivateAddresses: false,
    allowLocalFiles: true,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
  const environment = await createRunEnvironment(spec, { report: () => {}, print: () => {} });
  const job = createJob(spec, plan, { ...environment, connectorOf: () => rowsConnector, turnMs: 0 });
  const sources = plan.nodes.flatMap((node) => (node.kind === 'source' ? [node.table.name] : []));
  const expected = restoreFrom === null ? sources.reduce((sum, name) => sum + (INPUTS[name]?.length ?? 0), 0) : 0;
  const read = () => job.metrics().operators.reduce((sum, one) => sum + (one.kind === 'source' ? one.recordsOut : 0), 0);
  let end: JobEnd | null = null;
  void job.finished.then((ended) => {
    end = ended;
  });
  await job.start();
  while (end === null && read() < expected) await wait(1);
  if (end === null) await job.stop('savepoint', null);
  return job.finished;
}

type Held = Readonly<Record<string, Value>>;

const locate = createLocator(new LocalObjectStore(join(folder, 'objects')));
const manifestOf = async (path: string): Promise<Manifest> => readManifest(await locate(path));

/** Records of an operator by table: key columns by place, fields by digest. */
async function stateOf(path: string, uid: string): Promise<ReadonlyMap<string, readonly Held[]>> {
  const at = await locate(path);
  const tables = new Map<string, Held[]>();
  await visitState(at, await readManifest(at), ({ operatorUid, table, formatVersion, layout, bytes }) => {
    if (operatorUid !== uid) return;
    const read = readLayout(layout, formatVersion, table);
    const records = layout.isSliced === true ? slicesOf(bytes, read) : recordsOf(bytes, read, {});
    tables.set(table, [...(tables.get(table) ?? []), ...records]);
  });
  return tables;
}

function slicesOf(bytes: Uint8Array, layout: TableLayout): Held[] {
  const reader = new ByteReader(bytes);
  const records: Held[] = [];
  for (let left = reader.i32(); left > 0; left--) {
    const end = reader.f64();
    records.push(...recordsOf(reader.sized(), layout, { end }));
  }
  return records;
}

function recordsOf(bytes: Uint8Array, layout: TableLayout, first: Held): Held[] {
  const group = readGroup(bytes, layout);
  const keys = [...layout.key, ...layout.subKey].map(({ type }, i) => ({ name: `key ${i}`, type }));
  const fields = [...keys, ...layout.fields.map(({ digest, type }) => ({ name: digest, type }))];
  return Array.from({ length: group.records }, (_, record) => ({
    ...first,
    ...Object.fromEntries(
      fields.map(({ name, type }, i) => [name, valueAt(group.columns[i] as (typeof group.columns)[number], record, type)]),
    ),
  }));
}

const textOf = (record: Held, names: readonly string[]): string =>
  JSON.stringify(
    names.map((name) => record[name]),
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );

async function expectSameState(before: string, after: string, uid: string, isCounting: boolean): Promise<void> {
  const [old, kept] = [await stateOf(before, uid), await stateOf(after, uid)];
  expect(old.size).toBeGreaterThan(0);
  for (const [table, records] of old) {
    const restored = kept.get(table) as readonly Held[];
    const names = Object.keys(records[0] as Held).filter((name) => restored[0] && name in restored[0]);
    expect(restored.map((record) => textOf(record, names)).sort()).toEqual(records.map((record) => textOf(record, names)).sort());
    const added = Object.keys(restored[0] as Held).filter((name) => !(name in (records[0] as Held)));
    if (!isCounting) for (const record of restored) for (const name of added) expect(record[name]).toBeNull();
  }
}

const events = (mode = 'append', columns = 'id INT NOT NULL, user_id INT, kind STRING, qty INT, note STRING', name = 'events') =>
  `CREATE TABLE ${name} (${columns}, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'rows', 'mode' = '${mode}');`;
const accounts = (mode: string, key = ', PRIMARY KEY (acc) NOT ENFORCED') =>
  `CREATE TABLE accounts (acc INT, owner STRING, branch STRING, balance INT, memo STRING${key}) WITH ('connector' = 'rows', 'mode' = '${mode}');`;
const others = events('append', undefined, 'others');

/** A script: its tables, the sink's columns, the query. */
const script = (tables: string, columns: string, query: string, mode = 'changes'): string =>
  `${tables} CREATE TABLE target (${columns}) WITH ('connector' = 'rows', 'mode' = '${mode}'); INSERT INTO target ${query};`;

interface Case {
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

const CASES: readonly Case[] = [
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

describe.each(CASES)('$kind over $of', ({ kind, base, edits }) => {
  test.each(edits)('%s', async (_edit, sql, fate) => {
    const [before, after] = [planned(base), planned(sql)];
    const node = before.nodes.find((one) => one.kind === kind);
    if (!node) throw new Error(`no ${kind} in ${before.nodes.map((one) => one.kind).join(', ')}`);
    const first = await run(base, before, null);
    const path = (first as { path: string }).path;
    const manifest = await manifestOf(path);
    const fates = compareOperators(manifest, after, 1);
    expect(fates.find((one) => one.uid === node.uid)).toMatchObject({ fate });
    const second = await run(sql, after, path);
    if (fates.some((one) => one.fate === 'incompatible')) {
      expect(second).toMatchObject({ kind: 'failed', failure: { causeKey: 'restore-incompatible' } });
      return;
    }
    expect(second).toMatchObject({ kind: 'stopped' });
    await expectSameState(path, (second as { path: string }).path, node.uid, kind === 'groupAggregate' || kind === 'windowAggregate');
  });
});

test('every operator that keeps rows or aggregates is there', () => {
  const covered = new Set(CASES.map((one) => one.kind));
  const stateful = new Set(
    CASES.flatMap((one) =>
      planned(one.base)
        .nodes.filter((node) => node.isStateful)
        .map((node) => node.kind),
    ),
  );
  for (const kind of stateful) if (!['source', 'sink', 'watermark'].includes(kind)) expect(covered).toContain(kind);
});
