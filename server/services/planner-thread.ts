/**
 * The planner behind a time budget: one thread, requests one after another. A request that takes longer than its budget ends the
 * thread (the next one starts another), so that a query that plans for ever costs its caller an answer and nobody else more than
 * the budget. The thread is let go after a minute without requests.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { projectRoot } from '../config/project-root.ts';
import type { ConnectionSet } from '../engine/runtime/wire.ts';
import type { PlannerAnswer, PlannerRequest } from './planner-worker.ts';
import type { PlannedSql, PlannerPort } from './ports.ts';

const BUDGET_MS = 10_000;
const IDLE_MS = 60_000;
/** Requests that may wait; more are refused as timed out at once. */
const QUEUE_MOST = 100;

type Waiting = { readonly request: PlannerRequest; readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

export class PlannerThread implements PlannerPort {
  readonly #budgetMs: number;
  readonly #workerFile: string;
  readonly #connections: (sql: string) => Promise<ConnectionSet>;
  readonly #queue: Waiting[] = [];
  #worker: Worker | null = null;
  #current: (Waiting & { readonly timer: NodeJS.Timeout }) | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #nextId = 1;

  /** `connections`: what the tables of a script may name, without secrets. */
  constructor(
    budgetMs = BUDGET_MS,
    workerFile = join(projectRoot(), 'server', 'services', 'planner-worker.ts'),
    connections: (sql: string) => Promise<ConnectionSet> = async () => ({}),
  ) {
    this.#connections = connections;
    this.#budgetMs = budgetMs;
    this.#workerFile = workerFile;
  }

  async plan(sql: string, settings: Readonly<Record<string, string>>): Promise<PlannedSql> {
    const value = await this.#ask({ id: this.#nextId++, kind: 'plan', sql, settings, connections: await this.#connections(sql) });
    return value === null ? { kind: 'timed-out', budgetMs: this.#budgetMs } : (value as PlannedSql);
  }

  async format(sql: string): Promise<string> {
    return ((await this.#ask({ id: this.#nextId++, kind: 'format', sql })) as string | null) ?? sql;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** null = out of time. */
  #ask(request: PlannerRequest): Promise<unknown> {
    if (this.#queue.length >= QUEUE_MOST) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== null) return;
    const waiting = this.#queue.shift();
    if (!waiting) {
      this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS);
      this.#idleTimer.unref();
      return;
    }
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    const worker = this.#thread();
    // The first request also pays for the start of the thread.
    const timer = setTimeout(() => this.#giveUp(), this.#budgetMs);
    this.#current = { ...waiting, timer };
    worker.postMessage(waiting.request);
  }

  #giveUp(): void {
    const current = this.#current;
    void this.close();
    this.#settle(() => current?.resolve(null));
  }

  #settle(tell: () => void): void {
    if (this.#current) clearTimeout(this.#current.timer);
    this.#current = null;
    tell();
    this.#next();
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#workerFile, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 8 },
    });
    worker.unref();
    worker.on('message', (answer: PlannerAnswer) => {
      const current = this.#current;
      if (worker !== this.#worker || current === null || current.request.id !== answer.id) return;
      this.#settle(() => (answer.ok ? current.resolve(answer.value) : current.reject(new Error(answer.message))));
    });
    worker.on('error', (error: Error) => this.#ended(worker, error.message, error));
    worker.on('exit', (code) => this.#ended(worker, `exit ${code}`, undefined));
    this.#worker = worker;
    return worker;
  }

  /** The thread ended by itself (out of memory, a defect): its request fails, the next one starts another. */
  #ended(worker: Worker, how: string, cause: Error | undefined): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    const current = this.#current;
    this.#settle(() => current?.reject(new Error(`the planner's thread ended: ${how}`, { cause })));
  }
}
