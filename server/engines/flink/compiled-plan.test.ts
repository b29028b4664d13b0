/** Numbers of a kept plan under edited SQL: what means the same keeps its number, everything else gets one that was never used. */
import { describe, expect, it } from 'vitest';
import { type CompiledPlan, keepNumbers, nodeOfUid, nodesWithout, readPlan, writePlan } from './compiled-plan.ts';

const source = (id: number, table: string) => ({
  id,
  type: 'scan_2',
  description: `Scan ${table}`,
  outputType: 'ROW<`n` BIGINT, `m` BIGINT>',
  scanTableSource: { table: { identifier: table } },
});
const sink = (id: number, table: string) => ({
  id,
  type: 'sink_2',
  description: `Sink ${table}`,
  dynamicTableSink: { table: { identifier: table } },
});
const filter = (id: number, condition: string) => ({
  id,
  type: 'calc_1',
  description: `Calc ${condition}`,
  condition,
  projection: [0, 1].map((inputIndex) => ({ kind: 'INPUT_REF', inputIndex, type: 'BIGINT' })),
});
const count = (id: number, keys: readonly number[]) => ({
  id,
  type: 'group-aggregate_1',
  description: `Count by ${keys.join()}`,
  grouping: keys,
  generateUpdateBefore: false,
  aggCalls: [{ name: 'EXPR$1', internalName: '$COUNT$1' }],
  outputType: 'ROW<`n` BIGINT, `EXPR$1` BIGINT NOT NULL>',
  configuration: { 'table.exec.mini-batch.enabled': 'false' },
  state: [{ index: 0, ttl: '0 ms', name: 'groupAggregateState' }],
});
const chain = (...nodes: CompiledPlan['nodes']): CompiledPlan => ({
  flinkVersion: '2.3',
  nodes,
  edges: nodes
    .slice(1)
    .map((node, index) => ({ source: (nodes[index] as { id: number }).id, target: node.id, shuffle: { type: 'FORWARD' } })),
});
const numbers = (plan: CompiledPlan) => plan.nodes.map((node) => `${node.id} ${node.description}`);

const kept = chain(source(7, 'orders'), count(9, [0]), sink(10, 'results'));

describe('the numbers of a kept plan', () => {
  it('stay when the SQL is the same', () => {
    const again = keepNumbers(chain(source(1, 'orders'), count(2, [0]), sink(3, 'results')), kept);
    expect(numbers(again)).toEqual(numbers(kept));
    expect(again.edges.map((edge) => [edge.source, edge.target])).toEqual([
      [7, 9],
      [9, 10],
    ]);
  });

  it('stay with state and tables when something stateless is put between', () => {
    const edited = keepNumbers(chain(source(1, 'orders'), filter(2, 'n > 5'), count(3, [0]), sink(4, 'results')), kept);
    expect(numbers(edited)).toEqual(['7 Scan orders', '11 Calc n > 5', '9 Count by 0', '10 Sink results']);
  });

  it('stay when only names change, or what the rows behind it need', () => {
    const renamed = {
      ...count(2, [0]),
      generateUpdateBefore: true,
      aggCalls: [{ name: 'c', internalName: '$COUNT$1' }],
      outputType: 'ROW<`n` BIGINT, `c` BIGINT NOT NULL>',
    };
    expect(keepNumbers(chain(source(1, 'orders'), renamed, filter(3, 'c > 3'), sink(4, 'results')), kept).nodes[1]?.id).toBe(9);
    const other = { ...renamed, aggCalls: [{ name: 'c', internalName: '$SUM$1' }] };
    expect(keepNumbers(chain(source(1, 'orders'), other, sink(3, 'results')), kept).nodes[1]?.id).not.toBe(9);
  });

  it('are not given to state over other columns, though their type is the same', () => {
    const column = (id: number, inputIndex: number) => ({
      id,
      type: 'stream-exec-calc_1',
      description: `Calc ${inputIndex}`,
      projection: [{ kind: 'INPUT_REF', inputIndex, type: 'BIGINT' }],
      outputType: 'ROW<`n` BIGINT>',
    });
    const before = chain(source(7, 'orders'), column(8, 0), count(9, [0]), sink(10, 'results'));
    const filtered = { ...column(2, 0), condition: 'n > 5' };
    expect(keepNumbers(chain(source(1, 'orders'), filtered, count(3, [0]), sink(4, 'results')), before).nodes[2]?.id).toBe(9);
    expect(keepNumbers(chain(source(1, 'orders'), column(2, 1), count(3, [0]), sink(4, 'results')), before).nodes[2]?.id).not.toBe(9);
    expect(keepNumbers(chain(source(1, 'others'), column(2, 0), count(3, [0]), sink(4, 'results')), before).nodes[2]?.id).not.toBe(9);
  });

  it('are not given to state that means something else', () => {
    const edited = keepNumbers(chain(source(1, 'orders'), count(9, [1]), sink(3, 'results')), kept);
    const [, aggregate] = edited.nodes;
    expect(kept.nodes.map((node) => node.id)).not.toContain(aggregate?.id);
    expect(nodesWithout(edited, new Set([7, 9, 10])).map((node) => node.description)).toEqual(['Count by 1']);
  });

  it('are not guessed where two could be meant', () => {
    const twice = (first: number): CompiledPlan => ({
      flinkVersion: '2.3',
      nodes: [source(first, 'orders'), filter(first + 1, 'a'), count(first + 2, [0]), filter(first + 3, 'b'), count(first + 4, [0])],
      edges: [
        { source: first, target: first + 1 },
        { source: first + 1, target: first + 2 },
        { source: first, target: first + 3 },
        { source: first + 3, target: first + 4 },
      ],
    });
    // The same script: both are told apart by what is before them.
    expect(keepNumbers(twice(1), twice(20)).nodes.map((node) => node.id)).toEqual([20, 21, 22, 23, 24]);
    // Both filters changed: which of the two counts is which cannot be known.
    const edited = twice(1);
    const changed = {
      ...edited,
      nodes: edited.nodes.map((node) => (node.type === 'calc_1' ? { ...node, condition: `${String(node.condition)}2` } : node)),
    };
    const [, , one, , other] = keepNumbers(changed, twice(20)).nodes;
    expect([one?.id, other?.id].every((id) => id !== 22 && id !== 24)).toBe(true);
  });
});

it('numbers are read from uids, and a plan from its bytes', () => {
  expect(['9_group-aggregate', '12_sink', 'Sink Committer: 12_sink', 'my-uid', null].map(nodeOfUid)).toEqual([9, 12, 12, null, null]);
  expect(readPlan(writePlan(kept))).toEqual(kept);
  expect(readPlan(Buffer.from('{"nodes":1}'))).toBe(null);
  expect(readPlan(Buffer.from('no plan'))).toBe(null);
});
