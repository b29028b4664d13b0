import { describe, expect, it } from 'vitest';
import type { PlanGraph } from '../../server/contract/check.ts';
import type { TasksAnswer } from '../../server/contract/runs.ts';
import { graphNodes, inputsOf } from './graph-model.ts';

const node = (id: number, uid: string) => ({
  id,
  uid,
  kind: 'x',
  title: uid,
  description: '',
  parallelism: 1,
  isStateful: true,
  stateTtlMs: 0,
  keys: [],
  changelog: '[I]',
  columns: [],
});
const graph: PlanGraph = { nodes: [node(1, 'source'), node(2, 'sink')], edges: [{ from: 1, to: 2, strategy: 'FORWARD' }] };
const task = {
  uid: 'sink',
  nodeId: 9,
  kind: 'sink',
  name: 's',
  parallelism: 4,
  status: 'RUNNING',
  recordsIn: 7,
  recordsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  busy: 0.5,
  backpressured: 0,
  backpressure: 'OK',
  watermarkAt: null,
  stateBytes: 3,
  stateRecords: 1,
  lateRowsDropped: 0,
  inRate: 3.5,
  outRate: 0,
  subtasks: [
    { subtask: 0, recordsIn: 1, recordsOut: 0, status: 'RUNNING' },
    { subtask: 1, recordsIn: 6, recordsOut: 0, status: 'RUNNING' },
    { subtask: 2, recordsIn: 2, recordsOut: 0, status: 'RUNNING' },
  ],
} as const;

describe('nodes of the graph', () => {
  it('join the plan with the tasks by uid, and a sink shows what it received', () => {
    const nodes = graphNodes(graph, { observedAt: 1, operators: [task] } as unknown as TasksAnswer);
    expect(nodes[0]).toMatchObject({ isSource: true, isSink: false, next: [2], busy: null, recordsOut: null });
    expect(nodes[1]).toMatchObject({ isSink: true, parallelism: 4, recordsOut: 7, stateBytes: 3, rate: 3.5, skew: 3 });
  });

  it('have the parallelism of the job where the plan does not force one', () => {
    const [source, sink] = graphNodes({ ...graph, nodes: [{ ...node(1, 'source'), parallelism: null }, node(2, 'sink')] }, undefined, 8);
    expect([source?.parallelism, sink?.parallelism]).toEqual([8, 1]);
  });

  it('say where the rows of an operator come from', () => {
    expect(inputsOf(graph, 2)).toEqual([{ title: 'source', strategy: 'FORWARD' }]);
    expect(inputsOf(graph, 1)).toEqual([]);
  });
});
