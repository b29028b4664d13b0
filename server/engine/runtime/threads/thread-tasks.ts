/**
 * The subtasks of a job spread over threads (placement.ts), seen from the job's own thread: steps and orders go to all threads, reports come back.
 *
 * Each thread stores its own state; the tables of all make the manifest's. Failures were classified in their thread. A thread that ends
 * without being told, or in which an invariant broke, ends the process: the error is thrown here, where nobody catches it. So does one that has
 * run out of heap, by the same signal as a process that has.
 */
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Barrier, SnapshotStorage } from '../../checkpoint/coordinator.ts';
import { encodeManifest } from '../../checkpoint/manifest-codec.ts';
import { mergeTables } from '../../checkpoint/snapshot-writer.ts';
import { encodeJson } from '../../checkpoint/value-json.ts';
import { COUNT_BYTES } from '../../state/memory-budget.ts';
import { ReportedFailure } from '../failure.ts';
import type { JobEnvironment } from '../job-contract.ts';
import { CLOSE_MS, within } from '../job-steps.ts';
import type { JobTasks, TaskEvents, TaskSetup } from '../job-tasks.ts';
import { addressOf } from '../locate-folder.ts';
import { threadOf } from '../placement.ts';
import type { SubtaskCounters } from '../subtask-counters.ts';
import { allocateBells } from './doorbell.ts';
import { countPrinted } from './printed-lines.ts';
import { allocateRings } from './ring-placement.ts';
import type { SnapshotFacts, StepName, ThreadData, ThreadOrder, ThreadReport, ThreadSteps } from './thread-messages.ts';

export type ThreadSetup = Pick<TaskSetup, 'spec' | 'plan' | 'graph' | 'keyGroups' | 'restored'> & {
  readonly environment: Pick<JobEnvironment, 'print' | 'report' | 'scheduler' | 'threadProgram'>;
};

interface Call {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** Two waits for what hangs in it, and a little for its answer. */
const THREAD_CLOSE_MS = 2 * CLOSE_MS + 1000;
const HEAP_MB_MIN = 256;
const PROGRAM = new URL('./main.ts', import.meta.url);

/** `threads`: at least 2, at most the width of the graph. */
export function startThreads(setup: ThreadSetup, threads: number, events: TaskEvents): JobTasks {
  return new ThreadTasks(setup, threads, events);
}

class ThreadTasks implements JobTasks {
  readonly subtasks: number;
  readonly #setup: ThreadSetup;
  readonly #events: TaskEvents;
  /** The first has the first subtask of every task. */
  readonly #threads: JobThread[];

  constructor(setup: ThreadSetup, threads: number, events: TaskEvents) {
    this.#setup = setup;
    this.#events = events;
    this.subtasks = setup.graph.tasks.reduce((sum, task) => sum + task.parallelism, 0);
    const printed = allocateBells(threads);
    const program = setup.environment.threadProgram ?? PROGRAM;
    const heapMb = Math.max(HEAP_MB_MIN, Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20 / threads));
    this.#threads = threadData(setup, threads, printed).map(
      (data) => new JobThread(program, data, heapMb, (report) => this.#receive(data, report)),
    );
  }

  async prepare(): Promise<void> {
    await this.#all('prepare', null);
  }

  async recommit(): Promise<void> {
    await this.#threads[0].call('recommit', null);
  }

  async open(): Promise<readonly string[]> {
    return (await this.#all('open', null)).flat();
  }

  readonly removeAbandoned = (belowGeneration: number): Promise<number> => this.#threads[0].call('remove-abandoned', belowGeneration);

  run(): void {
    this.#order({ type: 'run' });
  }

  drain(): void {
    this.#order({ type: 'drain' });
  }

  resume(): void {
    this.#order({ type: 'resume' });
  }

  inject(barrier: Barrier): void {
    this.#order({ type: 'inject', barrier });
  }

  abort(checkpointId: number): void {
    this.#order({ type: 'abort', checkpointId });
  }

  async commit(checkpointId: number): Promise<void> {
    await this.#all('commit-sinks', checkpointId);
    await this.#all('complete-sources', checkpointId);
  }

  readonly writeParts: SnapshotStorage['writeParts'] = async (folder, snapshots, signal) => {
    const checkpointId = (snapshots[0] as SnapshotFacts).checkpointId;
    const giveUp = () => this.#order({ type: 'give-up', checkpointId });
    signal.addEventListener('abort', giveUp, { once: true });
    const ask = { checkpointId, folder: addressOf(folder) };
    // All have stopped storing before anything is said or deleted.
    const answers = await Promise.allSettled(this.#threads.map((thread) => thread.call('write-parts', ask)));
    signal.removeEventListener('abort', giveUp);
    signal.throwIfAborted();
    return mergeTables(
      answers.flatMap((answer) => {
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value;
      }),
    );
  };

  counters(): readonly SubtaskCounters[] {
    return this.#threads.flatMap((thread) => thread.counters).sort((a, b) => a.task - b.task || a.subtask - b.subtask);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#threads.map(async (thread) => {
        await within(this.#setup.environment.scheduler, THREAD_CLOSE_MS, thread.close());
        await thread.end();
      }),
    );
  }

  #all<N extends StepName>(step: N, ask: ThreadSteps[N]['ask']): Promise<ThreadSteps[N]['answer'][]> {
    return Promise.all(this.#threads.map((thread) => thread.call(step, ask)));
  }

  #order(order: ThreadOrder): void {
    for (const thread of this.#threads) thread.order(order);
  }

  #receive(from: ThreadData, report: ThreadReport): void {
    switch (report.type) {
      case 'acknowledge':
        this.#acknowledge(from.thread, report.snapshot);
        break;
      case 'ended':
        this.#events.onEnded();
        break;
      case 'failed':
        this.#events.onFailure(new ReportedFailure(report.failure), null);
        break;
      case 'log':
        this.#events.log(report.level, report.message);
        break;
      case 'report':
        this.#setup.environment.report(report.report);
        break;
      case 'print':
        for (const { table, line, toStandardError } of report.lines) this.#setup.environment.print(table, line, toStandardError);
        countPrinted(from.printed, from.thread, report.lines.length);
        break;
      case 'crashed': {
        const error = new ReportedFailure(report.failure, report.name);
        error.stack = report.stack;
        throw error;
      }
    }
  }

  #acknowledge(thread: number, facts: SnapshotFacts): void {
    const { checkpointId, task, subtask } = facts;
    const release = () => this.#threads[thread].order({ type: 'release', checkpointId, task, subtask });
    this.#events.acknowledge({ ...facts, release });
  }
}

class JobThread {
  counters: readonly SubtaskCounters[] = [];
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  /** It was told to end, or has said why it will. */
  #isEnding = false;

  constructor(program: URL, data: ThreadData, heapMb: number, receive: (report: ThreadReport) => void) {
    this.#worker = new Worker(program, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    this.#worker.on('message', (report: ThreadReport) => {
      if (report.type === 'crashed') this.#isEnding = true;
      if (report.type === 'answer') this.#take(report.id)?.resolve(report.answer as never);
      else if (report.type === 'refused') this.#take(report.id)?.reject(new ReportedFailure(report.failure));
      else if (report.type === 'counters') this.counters = report.counters;
      else receive(report);
    });
    this.#worker.on('error', endProcess);
    this.#worker.on('exit', (code) => {
      for (const { reject } of this.#calls.values()) reject(new Error('The job has stopped.'));
      this.#calls.clear();
      if (!this.#isEnding) throw new Error(`A thread of the job ended with exit code ${code}.`);
    });
  }

  call<N extends StepName>(step: N, ask: ThreadSteps[N]['ask']): Promise<ThreadSteps[N]['answer']> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#calls.set(id, { resolve, reject });
      this.order({ type: 'call', id, step, ask } as ThreadOrder);
    });
  }

  order(order: ThreadOrder): void {
    this.#worker.postMessage(order);
  }

  /** Ends the subtasks; a thread that fails in it is ended all the same. */
  async close(): Promise<void> {
    this.#isEnding = true;
    await this.call('close', null).catch(() => {});
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(id: number): Call | null {
    const call = this.#calls.get(id) ?? null;
    this.#calls.delete(id);
    return call;
  }
}

function threadData(setup: ThreadSetup, threads: number, printed: SharedArrayBuffer): ThreadData[] {
  const { spec, graph, keyGroups, restored } = setup;
  const rings = allocateRings(graph, threads);
  const shared = {
    threads,
    spec,
    plan: encodeJson(setup.plan),
    keyGroups,
    restored: restored && { folder: addressOf(restored.folder), manifest: encodeManifest(restored.manifest) },
    bells: allocateBells(threads),
    budget: new SharedArrayBuffer(COUNT_BYTES),
    printed,
  };
  return Array.from({ length: threads }, (_, thread) => ({
    ...shared,
    thread,
    rings: rings.filter(({ from, to }) => threadOf(from, threads) === thread || threadOf(to, threads) === thread),
  }));
}

/** Without enough memory a process is aborted; so is one whose thread has too little. */
function endProcess(error: Error): never {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    process.stderr.write(`${error.message}\n`);
    process.abort();
  }
  throw error;
}
