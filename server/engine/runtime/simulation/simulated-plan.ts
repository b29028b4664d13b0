/** Small plans, written by hand: what the simulation runs must not depend on the planner. */
import type { Expression } from '../../planner/expression.ts';
import type { ChangelogMode, PhysicalPlan, PlanNode, PlanTable } from '../../planner/physical-plan.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
const ROWS: RowSchema = [
  { name: 'key', type: BIGINT },
  { name: 'value', type: BIGINT },
];
const INSERTS: ChangelogMode = { insert: true, updateBefore: false, updateAfter: false, delete: false };
const CHANGES: ChangelogMode = { insert: true, updateBefore: true, updateAfter: true, delete: true };

function table(name: string, connector: string, options: PlanTable['options'] = {}): PlanTable {
  return { name, connector, options, physical: ROWS, metadata: [], primaryKey: [], partitionKeys: [] };
}

function base(id: number, uid: string, inputs: readonly number[], changelog: ChangelogMode = INSERTS) {
  return {
    id,
    uid,
    inputs,
    schema: ROWS,
    changelog,
    description: uid,
    parallelism: null,
    isStateful: false,
    stateTtlMs: 0,
    stateFields: [],
  };
}

function source(id: number, name: string, options: PlanTable['options']): PlanNode {
  const reads = ROWS.map((field) => ({ path: [field.name], type: field.type }));
  return { ...base(id, name, []), kind: 'source', table: table(name, 'splits', options), reads };
}

function sink(id: number, input: number): PlanNode {
  const delivery = { guarantee: 'exactly-once', why: '' } as const;
  return { ...base(id, 'sink', [input], CHANGES), kind: 'sink', table: table('out', 'transactions'), delivery };
}

function plan(nodes: readonly PlanNode[]): PhysicalPlan {
  return { version: 1, nodes, keyGroups: 128, settings: {}, warnings: [] };
}

const input = (index: number): Expression => ({ kind: 'input', index, type: BIGINT });

/** Two inputs, renamed by a calc, shuffled by key, united, written: rows of `left` and `right` meet behind the exchanges. */
export function unionPlan(options: PlanTable['options'] = {}): PhysicalPlan {
  const keys = { kind: 'hash', keys: [0] } as const;
  return plan([
    source(0, 'left', options),
    { ...base(1, 'left calc', [0]), kind: 'calc', projection: [input(0), input(1)], condition: null },
    { ...base(2, 'left exchange', [1]), kind: 'exchange', distribution: keys },
    source(3, 'right', options),
    { ...base(4, 'right exchange', [3]), kind: 'exchange', distribution: keys },
    { ...base(5, 'union', [2, 4]), kind: 'union' },
    sink(6, 5),
  ]);
}

/** Sum of `value` by `key` over `left`: state that must survive, at any parallelism. */
export function sumPlan(options: PlanTable['options'] = {}): PhysicalPlan {
  return plan([
    source(0, 'left', options),
    { ...base(1, 'exchange', [0]), kind: 'exchange', distribution: { kind: 'hash', keys: [0] } },
    {
      ...base(2, 'sum', [1], CHANGES),
      kind: 'groupAggregate',
      isStateful: true,
      stateFields: ['sum(value)'],
      keys: [0],
      aggregates: [{ function: 'SUM', args: [1], isDistinct: false, filter: null, type: BIGINT, digest: 'sum(value)', name: 'value' }],
      isInputChanging: false,
      emitUpdateBefore: true,
    },
    sink(3, 2),
  ]);
}

/** `splits` times `rows` rows over few keys; every value is another one, so that a lost or doubled row shows. */
export function inputRows(splits: number, rows: number, offset: bigint): bigint[][][] {
  return Array.from({ length: splits }, (_, split) =>
    Array.from({ length: rows }, (_, row) => [BigInt((row * 7 + split) % 5), offset + BigInt(split * rows + row)]),
  );
}
