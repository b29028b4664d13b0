import { expect, test } from 'vitest';
import type { NodeOf, PhysicalPlan, PlanNode } from '../planner/physical-plan.ts';
import { buildJobGraph } from './job-graph.ts';

type Shape = {
  readonly kind?: PlanNode['kind'];
  readonly inputs?: readonly number[];
  readonly parallelism?: number;
  readonly to?: 'hash' | 'single';
};

/** Nodes numbered from 0; without a kind a node with no input is a source, any other a calc. */
function plan(...shapes: readonly Shape[]): PhysicalPlan {
  const nodes = shapes.map(({ kind, inputs = [], parallelism = null, to }, id) => {
    const distribution: NodeOf<'exchange'>['distribution'] = to === 'single' ? { kind: 'single' } : { kind: 'hash', keys: [0] };
    return {
      id,
      uid: `n${id}`,
      inputs,
      parallelism,
      kind: to ? 'exchange' : (kind ?? (inputs.length === 0 ? 'source' : 'calc')),
      distribution,
    };
  });
  return { version: 1, nodes: nodes as unknown as PlanNode[], keyGroups: 128, settings: {}, warnings: [] };
}

const shapeOf = (graph: ReturnType<typeof buildJobGraph>) => ({
  tasks: graph.tasks.map((task) => `${task.nodes.map((node) => node.id).join(' ')} x${task.parallelism}`),
  edges: graph.edges.map((edge) => `${edge.from}>${edge.to}#${edge.input} ${edge.distribution.kind}`),
});

const JOIN = plan(
  {},
  { inputs: [0], to: 'hash' },
  {},
  { inputs: [2], to: 'hash' },
  { kind: 'join', inputs: [1, 3] },
  { kind: 'sink', inputs: [4] },
);

test('with parallelism 1 everything runs in one task, without channels', () => {
  expect(shapeOf(buildJobGraph(JOIN, 1))).toEqual({ tasks: ['0 1 2 3 4 5 x1'], edges: [] });
});

test('exchanges separate tasks and belong to the sending side', () => {
  expect(shapeOf(buildJobGraph(JOIN, 2))).toEqual({ tasks: ['0 1 x2', '2 3 x2', '4 5 x2'], edges: ['1>4#0 hash', '3>4#1 hash'] });
});

test('a single exchange gathers into one subtask, and what follows stays there', () => {
  const graph = buildJobGraph(plan({}, { inputs: [0], to: 'single' }, { inputs: [1] }, { kind: 'sink', inputs: [2] }), 3);
  expect(shapeOf(graph)).toEqual({ tasks: ['0 1 x3', '2 3 x1'], edges: ['1>2#0 single'] });
});

test('a task never waits for itself: a source joined with its own shuffled rows is cut in two', () => {
  const graph = buildJobGraph(plan({}, { inputs: [0], to: 'hash' }, { inputs: [1] }, { kind: 'union', inputs: [0, 2] }), 2);
  const taskOf = (id: number) => graph.tasks.findIndex((task) => task.nodes.some((node) => node.id === id));
  expect(taskOf(0)).not.toBe(taskOf(2));
  expect(taskOf(0) === taskOf(3) && taskOf(2) === taskOf(3)).toBe(false);
  const crossing = graph.edges.map((edge) => [taskOf(edge.from), taskOf(edge.to)]);
  expect(crossing.every(([from, to]) => from !== to)).toBe(true);
  expect(crossing.some(([from, to]) => crossing.some(([back, forth]) => back === to && forth === from))).toBe(false);
});

test('branches of one task that meet again stay in it', () => {
  const graph = buildJobGraph(
    plan({}, { inputs: [0] }, { inputs: [0] }, { kind: 'union', inputs: [1, 2] }, { kind: 'sink', inputs: [3] }),
    2,
  );
  expect(shapeOf(graph)).toEqual({ tasks: ['0 1 2 3 4 x2'], edges: [] });
});

test('VALUES runs once whatever the parallelism, united with a parallel source over a channel', () => {
  const graph = buildJobGraph(plan({ kind: 'values' }, {}, { kind: 'union', inputs: [0, 1] }), 2);
  expect(shapeOf(graph)).toEqual({ tasks: ['0 x1', '1 2 x2'], edges: ['0>2#0 forward'] });
});
