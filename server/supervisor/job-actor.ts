/**
 * One job of the supervisor: everything that happens to it (wakes, reports, ends) waits in one queue, so that a job's rows have one writer.
 * After each event the job is looked at and acted on until there is nothing to do (`reconcile`). What an act needs beyond the database is
 * little: the line to the run, the claim of the operation, the order that was given. A crash loses just that.
 */

import { recognise } from '../contract/recognise.ts';
import { say } from '../contract/said.ts';
import { isUnwritable } from '../db/unwritable.ts';
import type { JobReport } from '../engine/runtime/wire.ts';
import type { EngineRun, RunListener } from '../engines/contract.ts';
import type { ActedJob, GivenOrder } from './acted-job.ts';
import { FencedOut, type SupervisorContext } from './context.ts';
import { type JobFacts, type LineKnowledge, loadFacts, type RunRow } from './job-facts.ts';
import { isOpen, type LineView, type OrderView } from './job-view.ts';
import { holdLease, LEASE_MS } from './leases.ts';
import { LiveRun } from './live-run.ts';
import { performAction } from './perform-action.ts';
import { reconcile } from './reconcile.ts';

const ACTS_MAX = 50;
const RETRY_MS = 1_000;
const UNWRITABLE_MS = 30_000;
/** Reports by which a run ends. */
const FINAL: ReadonlySet<JobReport['type']> = new Set(['finished', 'stopped', 'failed']);

export class JobActor implements ActedJob {
  readonly jobId: number;
  readonly context: SupervisorContext;
  /** Set by acts. */
  claimed: { operationId: string; fencingToken: number } | null = null;
  order: GivenOrder | null = null;
  live: LiveRun | null = null;
  line: LineView = 'unknown';
  #queue: Promise<void> = Promise.resolve();
  /** A look waits in the queue: what is found before it begins is seen by it. */
  #isSettleQueued = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #isSuspended = false;
  #leaseMs = Number.NEGATIVE_INFINITY;
  #unwritableMs = Number.NEGATIVE_INFINITY;
  readonly #onClosed: (actor: JobActor) => void;

  constructor(context: SupervisorContext, jobId: number, onClosed: (actor: JobActor) => void) {
    this.context = context;
    this.jobId = jobId;
    this.#onClosed = onClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Looks at the job soon. */
  wake(): void {
    if (this.#isSettleQueued) return;
    this.#isSettleQueued = true;
    this.enqueue(() => {
      this.#isSettleQueued = false;
      return this.#settle();
    });
  }

  enqueue(work: () => Promise<void>): void {
    if (this.#isClosed) return;
    this.#queue = this.#queue.then(async () => {
      if (this.#isClosed) return;
      try {
        await work();
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  /** Resolves when all that was queued is done; for tests and the end of the process. */
  async settled(): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.#queue;
      await last;
    } while (last !== this.#queue);
  }

  /** Lets go of the job; its run goes on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.live?.release();
    this.#onClosed(this);
  }

  /** The run that is begun or looked for now; its events come to the listener. */
  expect(run: RunRow): { readonly live: LiveRun; readonly listener: RunListener } {
    const live = new LiveRun(this.context, run);
    this.live = live;
    this.line = 'unknown';
    const listener: RunListener = {
      onReport: (report: JobReport) => {
        if (live.takeAtOnce(report)) return;
        this.enqueue(async () => {
          await live.take(report, this);
          // The end of the process comes right behind: one look sees both.
          if (FINAL.has(report.type)) this.wake();
          else await this.#settle();
        });
      },
      onEnded: (message: string) => {
        // It comes once: what cannot be written now is written later.
        const attempt = async (): Promise<void> => {
          try {
            await live.ended(message);
          } catch (error) {
            if (!(error instanceof FencedOut)) setTimeout(() => this.enqueue(attempt), RETRY_MS).unref();
            throw error;
          }
          this.wake();
        };
        this.enqueue(attempt);
      },
    };
    return { live, listener };
  }

  attach(engineRun: EngineRun): void {
    if (this.#isClosed) engineRun.release();
    this.live?.attach(engineRun);
    this.line = 'attached';
  }

  /** Ends the run so that the job goes on at the next start of the console. */
  async suspend(politeMs: number): Promise<void> {
    const { live } = this;
    const run = live?.engineRun;
    if (!live || !run) return;
    this.#isSuspended = true;
    // Written first: the end that the process reports is then no stop of the job.
    await new Promise<void>((resolve, reject) => {
      this.enqueue(() => live.endAs('superseded').then(resolve, reject));
    });
    const stopped = live.waitForAnswer(`suspend:${live.runId}`, politeMs);
    run.stop(`suspend:${live.runId}`, 'without', null);
    await stopped;
    await run.kill();
  }

  /** The answer to the order of the operation at hand. */
  answered(report: Extract<JobReport, { type: 'answer' }>): void {
    if (this.order?.requestId !== report.requestId) return;
    const state: OrderView = report.ok
      ? { kind: 'done', path: report.path }
      : { kind: 'refused', message: report.message === null ? say('said.op.refused') : recognise(report.message) };
    this.order = { ...this.order, state };
  }

  #known(): LineKnowledge {
    const isForClaimed = this.order !== null && this.order.operationId === this.claimed?.operationId;
    return { line: this.line, claimed: this.claimed, order: isForClaimed && this.order ? this.order.state : { kind: 'none' } };
  }

  async #settle(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isSuspended) return;
    if (!(await this.#keepLease())) throw new FencedOut(`another installation runs job ${this.jobId}`);
    for (let acts = 0; acts < ACTS_MAX; acts++) {
      const facts = await loadFacts(this.context, this.jobId, this.#known());
      if (!facts) {
        this.close();
        return;
      }
      const action = reconcile(facts.view);
      if (action.kind === 'nothing') {
        if (action.untilMs !== null) this.wakeIn(action.untilMs - facts.view.nowMs);
        if (this.#isAtRest(facts)) this.close();
        return;
      }
      const waitMs = await performAction(this, facts, action);
      if (waitMs !== null) {
        this.wakeIn(waitMs);
        return;
      }
    }
    throw new Error(`job ${this.jobId} does not come to rest`);
  }

  async #keepLease(): Promise<boolean> {
    const nowMs = this.context.clock.nowMs();
    if (nowMs - this.#leaseMs < LEASE_MS / 2) return true;
    const isHeld = await holdLease(this.context, this.jobId);
    if (isHeld) this.#leaseMs = nowMs;
    return isHeld;
  }

  /** The lease was renewed at that time, with those of other jobs. */
  leaseRenewed(atMs: number): void {
    this.#leaseMs = Math.max(this.#leaseMs, atMs);
  }

  wakeIn(ms: number): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.enqueue(() => this.#settle());
      },
      Math.max(1, Math.min(ms, 60_000)),
    );
  }

  #isAtRest(facts: JobFacts): boolean {
    // A process that has told its end is waited for: without a line it would wait for a supervisor.
    return facts.job.desired === 'stopped' && !facts.operation && !isOpen(facts.view.run) && !this.live?.engineRun;
  }

  #failed(error: unknown): void {
    if (error instanceof FencedOut) {
      this.context.log('warn', `${error.message}; this supervisor leaves it alone.`);
      this.close();
      return;
    }
    if (isUnwritable(error)) {
      this.#tellUnwritable(error as Error);
      this.wakeIn(RETRY_MS);
      return;
    }
    this.context.log('error', `Job ${this.jobId}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    this.wakeIn(RETRY_MS);
  }

  /** Every report of the run meets it: said once a while. */
  #tellUnwritable(error: Error): void {
    const nowMs = this.context.clock.nowMs();
    if (nowMs - this.#unwritableMs < UNWRITABLE_MS) return;
    this.#unwritableMs = nowMs;
    const why = `the database cannot be written (${error.message.split('\n').at(-1)?.trim()})`;
    this.context.log('error', `Job ${this.jobId}: ${why}; its run goes on, and what it reports is taken up when there is room.`);
  }
}
