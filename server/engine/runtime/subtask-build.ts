/** Makes the subtasks of a job that belong into this thread: nodes, operators, state stores, readers, writers, channels. Nothing is opened here. */
import type { RuntimeContext, SinkOwner, SinkWriter, SourceReader } from '../connectors/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { OperatorContext } from '../operators/contract.ts';
import { createOperator } from '../operators/create-operator.ts';
import type { NodeOf, PhysicalPlan, PlanNode, PlanTable } from '../planner/physical-plan.ts';
import type { OperatorStateStore } from '../state/contract.ts';
import { groupRange } from '../state/key-groups.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { createOperatorState } from '../state/operator-state.ts';
import type { ChannelReader, ChannelWriter } from './channel.ts';
import { channelTarget } from './channel-target.ts';
import type { TaskEnvironment } from './job-contract.ts';
import type { EdgeSpec, JobGraph, TaskSpec } from './job-graph.ts';
import { type Activity, laneTarget, NodeRunner } from './node-runner.ts';
import { type Placement, readersOf } from './placement.ts';
import { SinkPort } from './sink-port.ts';
import { SourcePort } from './source-port.ts';
import { type ChannelPort, Subtask, type SubtaskOptions } from './subtask.ts';
import { TimerQueue } from './timer-queue.ts';
import { createValuesReader } from './values-reader.ts';

export interface BuildOptions {
  readonly plan: PhysicalPlan;
  readonly graph: JobGraph;
  readonly keyGroups: number;
  readonly environment: TaskEnvironment;
  readonly placement: Placement;
  readonly timeZone: string;
  readonly budget: MemoryBudget;
  readonly jobPrefix: string;
  readonly attempt: string;
  /** By the sink's uid; null where runs of the job are not fenced. */
  readonly ownerOf: ((uid: string) => SinkOwner) | null;
  readonly log: RuntimeContext['log'];
  /** The table as the run wants it: a start position may override its options. */
  readonly tableOf: (table: PlanTable) => PlanTable;
  readonly watermarkOf: (uid: string) => number | null;
  readonly acknowledge: SubtaskOptions['acknowledge'];
  readonly onEnded: () => void;
}

export interface BuiltJob {
  readonly subtasks: readonly Subtask[];
  readonly channels: readonly (ChannelReader | ChannelWriter)[];
  /** Stores of an operator by subtask, null where the subtask is in another thread. */
  readonly states: ReadonlyMap<string, (OperatorStateStore | null)[]>;
  /** Opens one operator of one subtask; its state is loaded before. */
  openOperator(runner: NodeRunner): void;
}

interface Draft {
  readonly task: TaskSpec;
  readonly subtask: number;
  readonly activity: Activity;
  readonly runners: Map<number, NodeRunner>;
  readonly inputs: ChannelPort[];
  readonly outputs: ChannelWriter[];
}

export function buildJob(options: BuildOptions): BuiltJob {
  const { plan, graph, placement, watermarkOf } = options;
  const nodeOf = new Map(plan.nodes.map((node) => [node.id, node]));
  const nowMs = () => options.environment.clock.nowMs();
  const drafts: Draft[] = graph.tasks.flatMap((task) =>
    Array.from({ length: task.parallelism }, (_, subtask) => subtask)
      .filter(placement.isHere)
      .map((subtask) => {
        const activity: Activity = { current: null };
        const runners = new Map(task.nodes.map((node) => [node.id, new NodeRunner(node, subtask, watermarkOf(node.uid), activity, nowMs)]));
        return { task, subtask, activity, runners, inputs: [], outputs: [] };
      }),
  );
  const draftsOf = new Map<number, Draft[]>();
  for (const draft of drafts) for (const id of draft.runners.keys()) draftsOf.set(id, [...(draftsOf.get(id) ?? []), draft]);
  const isChannelEdge = (from: number, to: number, input: number) =>
    graph.edges.some((edge) => edge.from === from && edge.to === to && edge.input === input);
  for (const draft of drafts) connectDirect(draft, isChannelEdge);
  const channels = graph.edges.flatMap((edge, index) => {
    const schema = (nodeOf.get(edge.from) as PlanNode).schema;
    return connectChannels(edge, index, draftsOf.get(edge.from) ?? [], draftsOf.get(edge.to) ?? [], schema, options);
  });
  const states = new Map<string, (OperatorStateStore | null)[]>();
  const openers = new Map<NodeRunner, () => void>();
  const subtasks = drafts.map((draft) => finishSubtask(draft, options, nodeOf, states, openers));
  return { subtasks, channels, states, openOperator: (runner) => openers.get(runner)?.() };
}

function connectDirect(draft: Draft, isChannelEdge: (from: number, to: number, input: number) => boolean): void {
  for (const node of draft.task.nodes) {
    const runner = draft.runners.get(node.id) as NodeRunner;
    node.inputs.forEach((from, input) => {
      if (isChannelEdge(from, node.id, input)) return;
      (draft.runners.get(from) as NodeRunner).targets.push(laneTarget(runner, runner.addLane(input)));
    });
  }
}

/** The ends, in this thread, of all channels of an edge. */
function connectChannels(
  edge: EdgeSpec,
  index: number,
  writersHere: readonly Draft[],
  readersHere: readonly Draft[],
  schema: PlanNode['schema'],
  options: BuildOptions,
): (ChannelReader | ChannelWriter)[] {
  const { graph, keyGroups, placement } = options;
  const writers = graph.parallelismOf.get(edge.from) as number;
  const readers = graph.parallelismOf.get(edge.to) as number;
  const made: (ChannelReader | ChannelWriter)[] = [];
  for (let from = 0; from < writers; from++) {
    const writer = writersHere.find((draft) => draft.subtask === from);
    const outgoing: ChannelWriter[] = [];
    for (const to of readersOf(edge, from, writers, readers)) {
      const reader = readersHere.find((draft) => draft.subtask === to);
      if (!writer && !reader) continue;
      const ends = placement.connect(index, from, to, schema);
      if (reader && ends.reader) {
        const runner = reader.runners.get(edge.to) as NodeRunner;
        reader.inputs.push({ channel: ends.reader, runner, lane: runner.addLane(edge.input), isBlocked: false, hasEnded: false });
        made.push(ends.reader);
      }
      if (writer && ends.writer) {
        outgoing.push(ends.writer);
        made.push(ends.writer);
      }
    }
    if (!writer) continue;
    writer.outputs.push(...outgoing);
    (writer.runners.get(edge.from) as NodeRunner).targets.push(channelTarget(edge.distribution, schema, keyGroups, outgoing));
  }
  return made;
}

function finishSubtask(
  draft: Draft,
  options: BuildOptions,
  nodeOf: ReadonlyMap<number, PlanNode>,
  states: Map<string, (OperatorStateStore | null)[]>,
  openers: Map<NodeRunner, () => void>,
): Subtask {
  const { environment } = options;
  const { clock, scheduler, turnMs } = environment;
  const runners = [...draft.runners.values()];
  const statesHere = new Map<NodeRunner, OperatorStateStore>();
  const sources: SourcePort[] = [];
  const sinks: SinkPort[] = [];
  const wakeUp = { signal: () => {} };
  const signal = () => wakeUp.signal();
  const timers = new TimerQueue(clock, scheduler, signal);
  for (const runner of runners) {
    const { node } = runner;
    const inputs = node.inputs.map((id) => (nodeOf.get(id) as PlanNode).schema);
    const functions = functionContext(options, runner);
    switch (node.kind) {
      case 'source':
      case 'values': {
        const reader = node.kind === 'values' ? createValuesReader(node, functions) : createReader(node, draft, options);
        sources.push(new SourcePort(runner, reader, hasSplitWatermarks(node, options), environment, signal));
        openers.set(runner, () => runner.start({ operator: null }));
        break;
      }
      case 'sink': {
        const writer = createWriter(node, sinkSchema(node, inputs[0]), draft.subtask, draft.task.parallelism, options);
        sinks.push(new SinkPort(runner, writer));
        openers.set(runner, () => runner.start({ operator: null, process: (batch) => writer.write(batch) }));
        break;
      }
      case 'exchange':
      case 'union':
        openers.set(runner, () => runner.start({ operator: null }));
        break;
      default: {
        const state = createState(runner, draft.task.parallelism, options);
        statesHere.set(runner, state);
        const stores = states.get(node.uid) ?? new Array<OperatorStateStore | null>(draft.task.parallelism).fill(null);
        states.set(node.uid, stores);
        stores[draft.subtask] = state;
        openers.set(runner, () => {
          const operator = createOperator(node, inputs, functions);
          runner.start({ operator });
          operator.open(operatorContext(runner, draft.task.parallelism, state, timers, options));
        });
      }
    }
  }
  const { inputs, outputs, activity } = draft;
  const parts = {
    task: draft.task.id,
    subtask: draft.subtask,
    runners,
    states: statesHere,
    sources,
    sinks,
    inputs,
    outputs,
    timers,
    activity,
  };
  const subtask = new Subtask(parts, { clock, scheduler, turnMs, acknowledge: options.acknowledge, onEnded: options.onEnded });
  wakeUp.signal = subtask.signal;
  return subtask;
}

function createState(runner: NodeRunner, parallelism: number, options: BuildOptions): OperatorStateStore {
  const { keyGroups, budget, environment } = options;
  const range = groupRange(runner.subtask, parallelism, keyGroups);
  const nowMs = () => environment.clock.nowMs();
  return createOperatorState({ uid: runner.node.uid, keyGroups, firstGroup: range.first, lastGroup: range.last, nowMs, budget });
}

function operatorContext(
  runner: NodeRunner,
  parallelism: number,
  state: OperatorStateStore,
  timers: TimerQueue,
  options: BuildOptions,
): OperatorContext {
  return {
    uid: runner.node.uid,
    subtask: runner.subtask,
    parallelism,
    state,
    output: {
      emit: (batch) => runner.emit(batch),
      emitWatermark: (watermarkMs) => runner.emitWatermark(watermarkMs),
      emitIdle: (isIdle) => runner.emitIdle(isIdle),
    },
    time: { nowMs: () => options.environment.clock.nowMs(), registerTimer: (timeMs) => timers.register(runner, timeMs) },
    timeZone: options.timeZone,
    metrics: {
      lateRowsDropped: (rows) => {
        runner.lateRowsDropped += rows;
      },
    },
    restoredWatermarkMs: options.watermarkOf(runner.node.uid),
  };
}

function functionContext(options: BuildOptions, runner: NodeRunner): FunctionContext {
  return {
    timeZone: options.timeZone,
    currentTimeMs: () => options.environment.clock.nowMs(),
    random: () => options.environment.random.next(),
    currentWatermarkMs: () => runner.watermarkMs,
  };
}

export function runtimeContext(options: BuildOptions, subtask: number, parallelism: number, table: string): RuntimeContext {
  const { clock, dialer, store, print, allowLocalFiles } = options.environment;
  return {
    subtask,
    parallelism,
    clock,
    dialer,
    store,
    timeZone: options.timeZone,
    allowLocalFiles,
    jobPrefix: options.jobPrefix,
    attempt: options.attempt,
    log: options.log,
    mayRepeat: (recordsMax, message) =>
      options.environment.report({ type: 'records-repeated', atMs: clock.nowMs(), table, recordsMax, message }),
    print: (line, toStandardError) => print(table, line, toStandardError),
  };
}

function createReader(node: NodeOf<'source'>, draft: Draft, options: BuildOptions): SourceReader {
  const connector = options.environment.connectorOf(node.table.connector);
  if (!connector?.createReader) throw new Error(`connector ${node.table.connector} cannot be read`);
  return connector.createReader(
    options.tableOf(node.table),
    node.reads,
    runtimeContext(options, draft.subtask, draft.task.parallelism, node.table.name),
  );
}

/** Columns by the sink's names, with the types that come in. */
function sinkSchema(node: NodeOf<'sink'>, input: PlanNode['schema'] | undefined): PlanNode['schema'] {
  return input === undefined ? node.schema : node.schema.map(({ name }, i) => ({ name, type: input[i].type }));
}

export function createWriter(
  node: NodeOf<'sink'>,
  schema: PlanNode['schema'],
  subtask: number,
  parallelism: number,
  options: BuildOptions,
): SinkWriter {
  const connector = options.environment.connectorOf(node.table.connector);
  if (!connector?.createWriter) throw new Error(`connector ${node.table.connector} cannot be written`);
  const context = runtimeContext(options, subtask, parallelism, node.table.name);
  return connector.createWriter(
    options.tableOf(node.table),
    schema,
    options.ownerOf === null ? context : { ...context, owner: options.ownerOf(node.uid) },
  );
}

function hasSplitWatermarks(node: PlanNode, options: BuildOptions): boolean {
  if (node.kind !== 'source') return false;
  return options.environment.connectorOf(node.table.connector)?.describe(node.table).hasSplitWatermarks ?? false;
}
