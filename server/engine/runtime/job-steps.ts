/** The steps of a job's start and end over all its subtasks. */
import type { SplitPosition } from '../connectors/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { JobEnvironment } from './job-contract.ts';
import type { NodeRunner } from './node-runner.ts';
import type { RestoredJob } from './restore.ts';
import type { Subtask } from './subtask.ts';
import { type BuildOptions, type BuiltJob, createWriter } from './subtask-build.ts';

/** How long what is closed may take; what hangs longer is left to the end of the process. */
const CLOSE_MS = 10_000;

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

/** Opens all sinks, then commits what the snapshot's sinks have still to commit, those of sinks the plan no longer has included. */
export async function recommit(built: BuiltJob, restored: RestoredJob | null, options: BuildOptions): Promise<void> {
  const sinks = built.subtasks.flatMap((subtask) => subtask.parts.sinks);
  for (const sink of sinks) await attributed(sink.runner, () => sink.writer.open());
  if (!restored) return;
  for (const sink of sinks) {
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
  return [...built.states.values()].flatMap((states) => states.flatMap((state) => state.restoreNotes()));
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
  environment: JobEnvironment,
  log: BuildOptions['log'],
): Promise<void> {
  for (const subtask of built.subtasks) {
    subtask.cancel();
    subtask.parts.timers.close();
  }
  for (const channel of built.channels) channel.close();
  await within(environment, Promise.allSettled(loops));
  const closing = built.subtasks.flatMap((subtask) => [
    ...subtask.parts.runners.map(async (runner) => runner.operator?.close()),
    ...subtask.parts.sources.map((source) => source.close()),
    ...subtask.parts.sinks.map((sink) => sink.writer.close()),
  ]);
  const results = await within(environment, Promise.allSettled(closing));
  for (const result of results ?? []) {
    if (result.status === 'rejected') log('warn', `Closing: ${(result.reason as Error)?.message ?? String(result.reason)}`);
  }
}

/** Null when it took longer than closing may take. */
export async function within<T>(environment: JobEnvironment, work: Promise<T>): Promise<T | null> {
  let cancel = () => {};
  const deadline = new Promise<null>((resolve) => {
    const timer = environment.scheduler.setTimer(CLOSE_MS, () => resolve(null));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
