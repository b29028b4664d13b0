/** The steps of a job's start and end over all its subtasks. */
import type { Scheduler } from '../../effects/scheduler.ts';
import type { SplitPosition } from '../connectors/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { TaskEnvironment } from './job-contract.ts';
import type { NodeRunner } from './node-runner.ts';
import type { RestoredJob } from './restore.ts';
import type { Subtask } from './subtask.ts';
import { type BuildOptions, type BuiltJob, createWriter } from './subtask-build.ts';

/** How long what is closed may take; what hangs longer is left to the end of the process. */
export const CLOSE_MS = 10_000;

class OperatorFailure extends Error {
  readonly uid: string;
  constructor(uid: string, cause: unknown) {
    super((cause as Error).message, { cause });
    this.uid = uid;
  }
}

/** The cause and the operator of what `runSubtask` or a step threw. */
export function unwrapFailure(error: unknown): { readonly error: unknown; readonly uid: string | null } {
  return error instanceof OperatorFailure ? { error: error.cause, uid: error.uid } : { error, uid: null };
}

export async function openSinks(built: BuiltJob): Promise<void> {
  for (const sink of built.subtasks.flatMap((subtask) => subtask.parts.sinks)) await attributed(sink.runner, () => sink.writer.open());
}

/** All sinks are open: their first subtasks commit what the snapshot has still to be committed, that of sinks the plan no longer has included. */
export async function commitRestored(built: BuiltJob, restored: RestoredJob, options: BuildOptions): Promise<void> {
  for (const sink of built.subtasks.flatMap((subtask) => subtask.parts.sinks)) {
    const committables = restored.committablesOf(sink.runner.node.uid);
    if (sink.runner.subtask === 0 && committables.length > 0) await attributed(sink.runner, () => sink.writer.commit(committables));
  }
  for (const orphan of restored.orphanedSinks) {
    const node = restored.manifest.plan.nodes.find((entry) => entry.uid === orphan.operatorUid) as NodeOf<'sink'>;
    const schema = restored.manifest.plan.nodes.find((entry) => entry.id === node.inputs[0])?.schema ?? node.schema;
    const writer = createWriter(node, schema, 0, 1, options);
    await writer.open();
    await writer.commit(orphan.committables);
    await writer.close();
  }
}

/** Opens operators (downstream first, so that rows emitted while opening find their way) and readers; returns notes on restored state. */
export async function openSubtasks(
  built: BuiltJob,
  positionsOf: (uid: string) => readonly SplitPosition[] | null,
): Promise<readonly string[]> {
  for (const subtask of [...built.subtasks].reverse()) {
    for (const runner of [...subtask.parts.runners].reverse()) await attributed(runner, async () => built.openOperator(runner));
  }
  for (const subtask of built.subtasks) {
    for (const source of subtask.parts.sources) {
      await attributed(source.runner, () => source.reader.open(positionsOf(source.runner.node.uid)));
      source.announceSplits();
    }
    for (const runner of subtask.parts.runners) if (runner.node.kind === 'watermark') runner.emitRestoredWatermark();
  }
  return [...built.states.values()].flatMap((states) => states.flatMap((state) => state?.restoreNotes() ?? []));
}

async function attributed<T>(runner: NodeRunner, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new OperatorFailure(runner.node.uid, error);
  }
}

export async function runSubtask(subtask: Subtask, onFailure: (error: unknown, uid: string | null) => void): Promise<void> {
  try {
    await subtask.run();
  } catch (error) {
    onFailure(error, subtask.parts.activity.current?.node.uid ?? null);
  }
}

/** Ends the loops, then closes operators, readers and writers. Whatever fails here is logged: the job's end is decided already. */
export async function closeSubtasks(
  built: BuiltJob,
  loops: readonly Promise<void>[],
  environment: TaskEnvironment,
  log: BuildOptions['log'],
): Promise<void> {
  for (const subtask of built.subtasks) {
    subtask.cancel();
    subtask.parts.timers.close();
  }
  for (const end of built.channels) end.close();
  await within(environment.scheduler, CLOSE_MS, Promise.allSettled(loops));
  const closing = built.subtasks.flatMap((subtask) => [
    ...subtask.parts.runners.map(async (runner) => runner.operator?.close()),
    ...subtask.parts.sources.map((source) => source.close()),
    ...subtask.parts.sinks.map((sink) => sink.writer.close()),
  ]);
  const results = await within(environment.scheduler, CLOSE_MS, Promise.allSettled(closing));
  for (const result of results ?? []) {
    if (result.status === 'rejected') log('warn', `Closing: ${(result.reason as Error)?.message ?? String(result.reason)}`);
  }
}

/** What comes of the work, or null when it takes longer than `limitMs`. */
export async function within<T>(scheduler: Scheduler, limitMs: number, work: Promise<T>): Promise<T | null> {
  let cancel = () => {};
  const deadline = new Promise<null>((resolve) => {
    const timer = scheduler.setTimer(limitMs, () => resolve(null));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
