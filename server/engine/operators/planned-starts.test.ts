/** What the planner lets through starts: every aggregate over every kind of value in every kind of group is refused at its place, or its operators open. */
import { describe, expect, it } from 'vitest';
import type { Connector } from '../connectors/contract.ts';
import { aggregateNames, findAggregate } from '../functions/aggregate-catalogue.ts';
import { functionNames } from '../functions/catalogue.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { PlanOutcome } from '../planner/contract.ts';
import { planScript } from '../planner/plan-script.ts';
import { MemoryBudget } from '../state/memory-budget.ts';
import { createOperatorState } from '../state/operator-state.ts';
import { createOperator } from './create-operator.ts';

const TYPES: Readonly<Record<string, string>> = {
  b: 'BOOLEAN',
  i: 'INT',
  l: 'BIGINT',
  d: 'DOUBLE',
  n: 'DECIMAL(20, 4)',
  s: 'STRING',
  x: 'BYTES',
  t: 'TIMESTAMP(6)',
  a: 'ARRAY<INT>',
  r: 'ROW<x INT, y STRING>',
};
const table = (mode: string) =>
  `CREATE TABLE t (k INT, ${Object.entries(TYPES)
    .map(([name, type]) => `c_${name} ${type}`)
    .join(', ')}, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'rows', 'mode' = '${mode}');`;
const tvf = (window: string) => (call: string) => `SELECT ${call} FROM TABLE(${window}) GROUP BY k, window_start, window_end`;
const MINUTE = "INTERVAL '1' MINUTE";
const GROUPS: readonly (readonly [name: string, mode: string, query: (call: string) => string])[] = [
  ['a group', 'append', (call) => `SELECT ${call} FROM t GROUP BY k`],
  ['a group of a changing input', 'changes', (call) => `SELECT ${call} FROM t GROUP BY k`],
  ['grouping sets', 'append', (call) => `SELECT ${call} FROM t GROUP BY GROUPING SETS ((k), ())`],
  ['a hopping window', 'append', tvf(`HOP(TABLE t, DESCRIPTOR(ts), ${MINUTE}, INTERVAL '2' MINUTE)`)],
  ['a session', 'append', tvf(`SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), ${MINUTE})`)],
  ['a group window of a changing input', 'changes', (call) => `SELECT ${call} FROM t GROUP BY k, SESSION(ts, ${MINUTE})`],
  ['OVER', 'append', (call) => `SELECT ${call} OVER (PARTITION BY k ORDER BY ts) FROM t`],
];

const INSERTS = { insert: true, updateBefore: false, updateAfter: false, delete: false };
const CHANGES = { insert: true, updateBefore: true, updateAfter: true, delete: true };
const rows: Connector = {
  name: 'rows',
  describe: (of) => ({
    problems: [],
    warnings: [],
    sourceChangelog: of.options.mode === 'append' ? INSERTS : CHANGES,
    sinkChangelog: CHANGES,
    isBounded: true,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: { guarantee: 'none', why: '' },
    summary: 'rows',
  }),
};
const functions: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0.5, currentWatermarkMs: () => null };

function planned(sql: string): PlanOutcome {
  return planScript({ sql, settings: {}, connectorOf: () => rows, connectorNames: ['rows'], bareSelect: 'collect', allowLocalFiles: true });
}

/** Opens the operators of a plan; a refusal must have its place. */
function start(sql: string): 'refused' | 'started' {
  const outcome = planned(sql);
  if (outcome.kind === 'refused') {
    for (const { line, column, span } of outcome.problems) {
      expect(line).toBe(1);
      expect(column).toBe(span.start + 1);
      expect(span.start).toBeGreaterThan(sql.indexOf('SELECT') - 1);
    }
    return 'refused';
  }
  const { nodes } = outcome.plan;
  for (const node of nodes) {
    if (['source', 'values', 'exchange', 'union', 'sink'].includes(node.kind)) continue;
    const inputs = node.inputs.map((id) => (nodes[id] as (typeof nodes)[number]).schema);
    const budget = new MemoryBudget(1 << 24);
    const state = createOperatorState({ uid: node.uid, keyGroups: 2, firstGroup: 0, lastGroup: 1, nowMs: () => 0, budget });
    createOperator(node, inputs, functions).open({
      uid: node.uid,
      subtask: 0,
      parallelism: 1,
      state,
      output: { emit: () => {}, emitWatermark: () => {}, emitIdle: () => {} },
      time: { nowMs: () => 0, registerTimer: () => {} },
      timeZone: 'UTC',
      metrics: { lateRowsDropped: () => {} },
      restoredWatermarkMs: null,
    });
  }
  return 'started';
}

describe.each(GROUPS)('aggregates over %s', (name, mode, query) => {
  it.each([...aggregateNames(), 'APPROX_COUNT_DISTINCT'].filter((one) => one !== 'COUNT_STAR'))('%s', (aggregate) => {
    const outcomes = new Set<string>();
    for (const column of Object.keys(TYPES).map((one) => `c_${one}`)) {
      for (const call of [
        `${aggregate}(${column})`,
        `${aggregate}(DISTINCT ${column})`,
        `${aggregate}(${column}) FILTER (WHERE c_i > 0)`,
      ]) {
        const args =
          aggregate === 'PERCENTILE' || aggregate === 'JSON_OBJECTAGG' ? call.replace(`${column})`, `${column}, ${column})`) : call;
        outcomes.add(start(`${table(mode)} ${query(args)};`));
      }
    }
    const isUsable = name !== 'OVER' && aggregate !== 'APPROX_COUNT_DISTINCT' && findAggregate(aggregate) !== null;
    if (!isUsable) expect([...outcomes]).toEqual(['refused']);
  });
});

describe('scalar functions', () => {
  it.each(functionNames().filter((name) => /^[A-Z][A-Z_0-9]*$/.test(name)))('%s of literals and columns', (name) => {
    const values = ['c_s', 'c_i', "''", '-1', 'NULL'];
    const calls = [
      `${name}()`,
      ...values.flatMap((one) => [
        `${name}(${one})`,
        ...values.flatMap((two) => [`${name}(${one}, ${two})`, `${name}(${one}, ${two}, 'a')`]),
      ]),
    ];
    for (const call of calls) start(`${table('append')} SELECT ${call} FROM t;`);
  });
});
