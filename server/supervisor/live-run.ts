/**
 * The run that this supervisor has a line to. Measurements, rows and log lines are passed to browsers at once and do not wait in the job's queue;
 * what is kept of them is written every few seconds. The first final report decides how the run ended; a process that ends without one is lost.
 */
import { statSync } from 'node:fs';
import type { JobReport } from '../engine/runtime/wire.ts';
import type { EngineRun } from '../engines/contract.ts';
import { engineOf, type SupervisorContext } from './context.ts';
import type { RunRow } from './job-facts.ts';
import { jobFieldsDiffer } from './job-fields.ts';
import { onJob } from './job-transactions.ts';
import { judgeForgotten } from './judge-forgotten.ts';
import { MetricsRecorder } from './metrics-recorder.ts';
import {
  type TakenEnd,
  takeCheckpoint,
  takeCheckpointFailure,
  takeEnd,
  takeEngineRestart,
  takeNotice,
  takeRepetition,
  takeRunning,
} from './take-report.ts';
import { tellJob } from './tell.ts';

const STORE_EVERY_MS = 5_000;
/** Silence after which a run counts as unreachable (it reports every second). */
const SILENT_MS = 15_000;
const FAREWELL_MS = 10_000;

type FinalReport = Extract<JobReport, { type: 'finished' | 'stopped' | 'failed' }>;

export interface Answers {
  answered(report: Extract<JobReport, { type: 'answer' }>): void;
}

export class LiveRun {
  readonly #context: SupervisorContext;
  readonly #run: RunRow;
  readonly metrics: MetricsRecorder;
  #engineRun: EngineRun | null = null;
  #isEnded = false;
  /** Told and perhaps not yet written down: the first one decides. */
  #final: FinalReport | null = null;
  #endedMs = 0;
  #lastReportMs: number;
  #storedMs = 0;
  #isUnreachable = false;
  #storedFields = '';
  readonly #waiters = new Map<string, (report: Extract<JobReport, { type: 'answer' }>) => void>();

  constructor(context: SupervisorContext, run: RunRow) {
    this.#context = context;
    this.#run = run;
    this.metrics = new MetricsRecorder(run.jobId, (run.runningAt ?? run.startedAt).getTime());
    this.#lastReportMs = context.clock.nowMs();
  }

  get engine(): string {
    return this.#run.engine;
  }

  get runId(): string {
    return this.#run.id;
  }

  get engineRun(): EngineRun | null {
    return this.#engineRun;
  }

  attach(engineRun: EngineRun): void {
    this.#engineRun = engineRun;
  }

  release(): void {
    this.#engineRun?.release();
    this.#engineRun = null;
  }

  /** True when the report needs no place in the queue. */
  takeAtOnce(report: JobReport): boolean {
    this.#lastReportMs = this.#context.clock.nowMs();
    const { jobId } = this.#run;
    switch (report.type) {
      case 'metrics':
        this.#context.publish({ type: 'metrics', jobId, at: Math.round(report.atMs), values: this.metrics.take(report) });
        return true;
      case 'rows':
        this.#context.publish({ type: 'rows', jobId, table: report.table, lines: [...report.lines] });
        return true;
      case 'log': {
        const line = { cursor: this.#logSize(), at: Math.round(report.atMs), level: report.level, source: '', text: report.message };
        this.#context.publish({ type: 'log', jobId, lines: [line] });
        return true;
      }
      case 'checkpoint-completed':
        // Before the next measurements come: those are counted from this snapshot.
        this.metrics.saved(report.summary);
        return false;
      case 'answer':
        this.#waiters.get(report.requestId)?.(report);
        return false;
      case 'finished':
      case 'stopped':
      case 'failed':
        this.#final ??= report;
        return false;
      default:
        return false;
    }
  }

  /** Resolves with the answer to an order, or null when none came in time. */
  waitForAnswer(requestId: string, timeoutMs: number): Promise<Extract<JobReport, { type: 'answer' }> | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), timeoutMs);
      this.#waiters.set(requestId, (report) => {
        clearTimeout(timer);
        this.#waiters.delete(requestId);
        resolve(report);
      });
    });
  }

  async take(report: JobReport, answers: Answers): Promise<void> {
    const run = this.#run;
    if (this.#isEnded) return report.type === 'answer' ? answers.answered(report) : undefined;
    switch (report.type) {
      case 'running':
        return takeRunning(this.#context, run, report, this.metrics);
      case 'checkpoint-completed':
        return takeCheckpoint(this.#context, run, report, this.metrics);
      case 'checkpoint-failed':
        return takeCheckpointFailure(this.#context, run, report);
      case 'engine-restart':
        return takeEngineRestart(this.#context, run, report);
      case 'records-repeated':
        return takeRepetition(this.#context, run, report);
      case 'notice':
        return takeNotice(this.#context, run, report);
      case 'answer':
        return answers.answered(report);
      case 'finished':
      case 'stopped':
      case 'failed':
        return this.#end(await this.#endOf(report));
      default:
        return;
    }
  }

  async #endOf(report: FinalReport): Promise<TakenEnd> {
    if (report.type === 'finished') return { cause: 'finished', failure: null };
    if (report.type === 'failed') return { cause: 'failed', failure: report.failure };
    return { cause: await this.#causeOfStop(report.path), failure: null };
  }

  /** The process is gone. Without a final report of it the run is lost. When this throws nothing was written: call it again. */
  async ended(message: string): Promise<void> {
    this.#engineRun = null;
    if (!this.#isEnded) await this.#end(this.#final ? await this.#endOf(this.#final) : await this.#loss(message));
    await engineOf(this.#context, this.#run).forget(String(this.#run.jobId), this.#run.id);
  }

  async #loss(message: string): Promise<TakenEnd> {
    const unknown = await judgeForgotten(this.#context, this.#run);
    if (unknown !== null) return { cause: 'failed', failure: unknown };
    const failure = { message, causeKey: PROCESS_LOST, operatorUid: null, isRetryable: true, domain: 'internal', stack: null } as const;
    return { cause: 'lost', failure };
  }

  /** A process that the system ended (a machine that shuts down) stops without having been asked to: the job goes on as soon as it can. */
  async #causeOfStop(path: string | null): Promise<'stopped' | 'superseded'> {
    if (path !== null) return 'stopped';
    const job = await this.#context.database.job.findUniqueOrThrow({ where: { id: this.#run.jobId }, select: { desired: true } });
    return job.desired === 'running' ? 'superseded' : 'stopped';
  }

  /** An end that this supervisor brought about or found. */
  async endAs(cause: 'stopped' | 'superseded' | 'failed', failure: TakenEnd['failure'] = null): Promise<void> {
    await this.#end({ cause, failure });
  }

  async #end(end: TakenEnd): Promise<void> {
    await takeEnd(this.#context, this.#run, end, this.metrics);
    this.#isEnded = true;
    this.#endedMs = this.#context.clock.nowMs();
  }

  /** Called every second: stores what is due, and notes silence. */
  async tick(): Promise<void> {
    if (!this.#engineRun) return;
    if (this.#isEnded) return this.#endHanging();
    const nowMs = this.#context.clock.nowMs();
    const isSilent = nowMs - this.#lastReportMs > SILENT_MS;
    if (isSilent !== this.#isUnreachable) {
      const unreachableSince = isSilent ? new Date(this.#lastReportMs) : null;
      await onJob(this.#context, this.#run.jobId, async (tx) => {
        await tx.job.update({ where: { id: this.#run.jobId }, data: { unreachableSince } });
        await tellJob(tx, this.#run.jobId, nowMs);
      });
      this.#isUnreachable = isSilent;
    }
    if (nowMs - this.#storedMs < STORE_EVERY_MS || isSilent || this.metrics.recordsIn === null) return;
    this.#storedMs = nowMs;
    await this.#store(nowMs);
  }

  /** It has told its end and should be gone by now. */
  async #endHanging(): Promise<void> {
    if (this.#context.clock.nowMs() - this.#endedMs > FAREWELL_MS) await this.#engineRun?.kill();
  }

  async #store(nowMs: number): Promise<void> {
    const { jobId, id } = this.#run;
    const fields = this.metrics.jobFields(nowMs);
    const { recordsIn, recordsOut } = this.metrics;
    const forget = await onJob(this.#context, jobId, async (tx) => {
      const stored = await this.metrics.flush(tx, false);
      await tx.run.update({
        where: { id },
        data: {
          recordsIn: BigInt(recordsIn ?? 0),
          recordsOut: BigInt(recordsOut ?? 0),
          tasksJson: JSON.stringify(this.metrics.tasks()),
          tasksAt: new Date(nowMs),
        },
      });
      const data = { ...fields, observedAt: new Date(this.#lastReportMs) };
      const { restartCount } = await tx.job.update({ where: { id: jobId }, data, select: { restartCount: true } });
      this.metrics.restarted(restartCount);
      return stored;
    });
    forget();
    const shown = jobFieldsDiffer(fields, this.#storedFields);
    this.#storedFields = shown.text;
    if (shown.differs) this.#context.publish({ type: 'job-changed', jobId, patch: { ...shown.patch, observedAt: this.#lastReportMs } });
  }

  #logSize(): number {
    try {
      return this.#run.logPath === null ? 0 : statSync(this.#run.logPath).size;
    } catch {
      return 0;
    }
  }
}

/** Cause of a run whose process ended without a word. */
export const PROCESS_LOST = 'process-lost';
