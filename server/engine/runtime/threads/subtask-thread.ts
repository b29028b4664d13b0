/**
 * The program of a thread that runs subtasks: makes those of its number from the plan, does what the job's thread orders, and reports. It owns
 * its connectors, its part of the state, and the storing of that part; it never asks the fence and never writes a manifest.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { decodeManifest } from '../../checkpoint/manifest-codec.ts';
import type { SubtaskSnapshot } from '../../checkpoint/subtask-snapshot.ts';
import { decodeJson } from '../../checkpoint/value-json.ts';
import type { PhysicalPlan } from '../../planner/physical-plan.ts';
import { MemoryBudget } from '../../state/memory-budget.ts';
import { classifyFailure } from '../failure.ts';
import type { TaskEnvironment } from '../job-contract.ts';
import { buildJobGraph } from '../job-graph.ts';
import { unwrapFailure } from '../job-steps.ts';
import { LocalTasks } from '../job-tasks.ts';
import { type FolderAddress, folderAt } from '../locate-folder.ts';
import { type RestoredJob, restoredFrom } from '../restore.ts';
import type { createTaskEnvironment } from '../run-environment.ts';
import type { JobFailure } from '../wire.ts';
import { PrintedLines } from './printed-lines.ts';
import { RingPlacement } from './ring-placement.ts';
import type { ThreadCall, ThreadData, ThreadOrder, ThreadReport } from './thread-messages.ts';

const COUNTERS_MS = 500;
/** Node's exit code of an invariant that broke, as in job-process.ts. */
const CRASHED = 70;

const data = workerData as ThreadData;
/** Snapshots whose state is still frozen here, by checkpoint. */
const frozen = new Map<number, SubtaskSnapshot[]>();
const givingUp = new Map<number, AbortController>();
const printed = new PrintedLines(data.printed, data.thread, (lines) => report({ type: 'print', lines }));
let making: Promise<LocalTasks>;
let counting: ReturnType<typeof setInterval>;
let environment: TaskEnvironment | null = null;
let stopListening = () => {};

function report(message: ThreadReport): void {
  // What was printed before stands before.
  if (message.type !== 'print') printed.flush();
  parentPort?.postMessage(message);
}

function failureOf(error: unknown, operatorUid: string | null): JobFailure {
  const unwrapped = unwrapFailure(error);
  return classifyFailure(unwrapped.error, operatorUid ?? unwrapped.uid);
}

async function makeTasks(createEnvironment: typeof createTaskEnvironment): Promise<LocalTasks> {
  const { thread, threads, spec, keyGroups, rings, bells, budget } = data;
  environment = await createEnvironment(spec, {
    print: (table, line, toStandardError) => printed.add({ table, line, toStandardError }),
    report: (told) => report({ type: 'report', report: told }),
  });
  const plan = decodeJson(data.plan) as PhysicalPlan;
  const placement = new RingPlacement(thread, threads, rings, bells);
  const made = new LocalTasks(
    {
      spec,
      plan,
      graph: buildJobGraph(plan, spec.parallelism),
      keyGroups,
      restored: restoredOf(plan, environment),
      environment,
      budget: new MemoryBudget(spec.memoryBudgetBytes, budget),
      placement,
    },
    {
      acknowledge,
      onEnded: () => report({ type: 'ended' }),
      onFailure: (error, uid) => report({ type: 'failed', failure: failureOf(error, uid) }),
      log: (level, message) => report({ type: 'log', level, message }),
    },
  );
  stopListening = placement.listen();
  return made;
}

function restoredOf(plan: PhysicalPlan, { store }: TaskEnvironment): RestoredJob | null {
  if (!data.restored) return null;
  const decoded = decodeManifest(data.restored.manifest);
  if (decoded.kind !== 'manifest') throw new Error('the manifest was changed on its way to a thread');
  return restoredFrom(folderAt(data.restored.folder, store), decoded.manifest, plan, []);
}

function acknowledge(snapshot: SubtaskSnapshot): void {
  const { release, ...facts } = snapshot;
  void release;
  frozen.set(snapshot.checkpointId, [...(frozen.get(snapshot.checkpointId) ?? []), snapshot]);
  report({ type: 'acknowledge', snapshot: { ...facts, operators: facts.operators.map((operator) => ({ ...operator, tables: [] })) } });
}

function release(checkpointId: number, task: number, subtask: number): void {
  const held = frozen.get(checkpointId) ?? [];
  const kept = held.filter((snapshot) => snapshot.task !== task || snapshot.subtask !== subtask);
  for (const snapshot of held) if (!kept.includes(snapshot)) snapshot.release();
  if (kept.length > 0) frozen.set(checkpointId, kept);
  else frozen.delete(checkpointId);
}

async function writeParts(tasks: LocalTasks, checkpointId: number, address: FolderAddress) {
  const controller = new AbortController();
  givingUp.set(checkpointId, controller);
  try {
    const folder = folderAt(address, (environment as TaskEnvironment).store);
    return await tasks.writeParts(folder, frozen.get(checkpointId) ?? [], controller.signal);
  } finally {
    givingUp.delete(checkpointId);
  }
}

async function perform(call: ThreadCall): Promise<Extract<ThreadReport, { type: 'answer' }>['answer']> {
  const tasks = await making;
  switch (call.step) {
    case 'prepare':
      await tasks.prepare();
      return null;
    case 'recommit':
      await tasks.recommit();
      return null;
    case 'remove-abandoned':
      return tasks.removeAbandoned(call.ask);
    case 'open':
      return tasks.open();
    case 'commit-sinks':
      await tasks.commitSinks(call.ask);
      return null;
    case 'complete-sources':
      await tasks.completeSources(call.ask);
      return null;
    case 'write-parts':
      return writeParts(tasks, call.ask.checkpointId, call.ask.folder);
    case 'close':
      await tasks.close();
      clearInterval(counting);
      stopListening();
      return null;
  }
}

async function answer(call: ThreadCall): Promise<void> {
  try {
    const value = await perform(call);
    await reportCounters();
    report({ type: 'answer', id: call.id, answer: value });
  } catch (error) {
    report({ type: 'refused', id: call.id, failure: failureOf(error, null) });
  }
}

async function reportCounters(): Promise<void> {
  report({ type: 'counters', counters: (await making).counters() });
}

async function obey(order: ThreadOrder): Promise<void> {
  if (order.type === 'call') return answer(order);
  if (order.type === 'give-up') return givingUp.get(order.checkpointId)?.abort(new Error('The snapshot was given up.'));
  if (order.type === 'release') return release(order.checkpointId, order.task, order.subtask);
  const tasks = await making;
  switch (order.type) {
    case 'run':
      return tasks.run();
    case 'drain':
      return tasks.drain();
    case 'resume':
      return tasks.resume();
    case 'inject':
      return tasks.inject(order.barrier);
    case 'abort':
      return tasks.abort(order.checkpointId);
  }
}

/** Nothing may go on after an invariant broke: what is in memory may be wrong. The job's thread ends the process. */
function crash(error: unknown): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  report({ type: 'crashed', name: cause.name, stack: cause.stack ?? cause.message, failure: classifyFailure(cause, null) });
  process.exit(CRASHED);
}

/** Takes over this thread: from now on it does what the job's thread says. */
export function runSubtaskThread(createEnvironment: typeof createTaskEnvironment): void {
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  making = makeTasks(createEnvironment);
  // The first call tells why.
  making.catch(() => {});
  counting = setInterval(() => void reportCounters().catch(() => {}), COUNTERS_MS);
  parentPort?.on('message', (order: ThreadOrder) => void obey(order));
}
