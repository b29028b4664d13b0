/**
 * Measurements of one run: each report becomes values for the live charts at once; folded points of 10, 60 and 600 s go to the database, and
 * what the job list shows (lag, exposure, state) with them. Counters are of the run; rates are differences of two reports.
 */
import { type FoldedMetrics, METRIC_RESOLUTIONS, type MetricName, type MetricValues } from '../contract/metrics.ts';
import type { TasksAnswer } from '../contract/runs.ts';
import type { DatabaseTransaction } from '../db/open-database.ts';
import type { JobReport } from '../engine/runtime/wire.ts';
import { type Counted, recordsAtRisk } from '../snapshots/exposure.ts';

type SavedSummary = Pick<
  Extract<JobReport, { type: 'checkpoint-completed' }>['summary'],
  'createdMs' | 'durationMs' | 'recordsIn' | 'totalBytes'
>;
type MetricsReport = Extract<JobReport, { type: 'metrics' }>;

interface Totals {
  readonly atMs: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cpuSeconds: number | null;
}

const REPORT_MS = 1_000;

const round = (value: number) => Math.round(value * 100) / 100;

export class MetricsRecorder {
  readonly #jobId: number;
  #before: Totals | null = null;
  #saved: Counted | null = null;
  #beganMs: number;
  #last: MetricsReport | null = null;
  /** The report before the last. */
  #earlier: MetricsReport | null = null;
  #restarts: number | null = null;
  #values: MetricValues = {};
  /** By resolution: the bucket under way. */
  readonly #buckets = new Map<number, { readonly atMs: number; readonly folded: FoldedMetrics }>();
  #due: { readonly seconds: number; readonly atMs: number; readonly folded: FoldedMetrics }[] = [];

  /** `beganMs`: when the run began to read, as far as known. */
  constructor(jobId: number, beganMs: number) {
    this.#jobId = jobId;
    this.#beganMs = beganMs;
  }

  /** The run reads from now on. */
  began(atMs: number): void {
    this.#beganMs = atMs;
  }

  /** Automatic restarts since the last start by hand, as of now. */
  restarted(times: number): void {
    this.#restarts = times;
  }

  /** Known from before: the newest snapshot of a run that is taken up again. */
  savedBefore(saved: Counted): void {
    if (!this.#saved || this.#saved.atMs < saved.atMs) this.#saved = saved;
  }

  /** Records a failure at this moment makes the job read again; null = not known. */
  exposureAt(nowMs: number): number | null {
    const reported = this.#before && { atMs: this.#before.atMs, records: this.#before.recordsIn };
    return recordsAtRisk({ beganMs: this.#beganMs, saved: this.#saved, reported, rate: this.#values.recordsInRate ?? null }, nowMs);
  }

  /** Values of this moment. */
  take(report: MetricsReport): MetricValues {
    const totals = totalsOf(report);
    const before = this.#before;
    this.#before = totals;
    this.#earlier = this.#last;
    this.#last = report;
    const seconds = before ? Math.max(0.001, (totals.atMs - before.atMs) / 1000) : null;
    const rate = (now: number, then: number) => round(Math.max(0, now - then) / (seconds ?? 1));
    const watermarks = report.operators.flatMap((operator) => operator.watermarkMs ?? []);
    const busiest = (of: (operator: MetricsReport['operators'][number]) => number) => Math.max(0, ...report.operators.map(of));
    const values: MetricValues = {
      stateBytes: report.stateBytes,
      busy: round(busiest((operator) => operator.busy)),
      backpressured: round(busiest((operator) => operator.backpressured)),
      exposureRecords: Math.max(0, totals.recordsIn - (this.#saved?.records ?? 0)),
    };
    if (before && seconds !== null) {
      values.recordsInRate = rate(totals.recordsIn, before.recordsIn);
      values.recordsOutRate = rate(totals.recordsOut, before.recordsOut);
      values.bytesInRate = rate(totals.bytesIn, before.bytesIn);
      values.bytesOutRate = rate(totals.bytesOut, before.bytesOut);
      if (totals.cpuSeconds !== null && before.cpuSeconds !== null) values.cpu = rate(totals.cpuSeconds, before.cpuSeconds);
    }
    const latencies = report.operators.flatMap((operator) => operator.latencyMs ?? []);
    if (latencies.length > 0) values.latencyMs = round(Math.max(...latencies));
    if (this.#restarts !== null) values.restarts = this.#restarts;
    if (report.rssBytes !== null) values.rssBytes = report.rssBytes;
    if (report.lagRecords !== null) values.lagRecords = report.lagRecords;
    if (watermarks.length > 0) {
      const oldest = Math.min(...watermarks);
      if (oldest > 0 && oldest < 8.64e15) values.watermarkLagMs = Math.max(0, report.atMs - oldest);
    }
    this.#values = values;
    this.#fold(report.atMs, values);
    return values;
  }

  /** A snapshot is complete: what was read before it is safe. */
  saved(snapshot: SavedSummary): void {
    const { createdMs, durationMs, recordsIn, totalBytes } = snapshot;
    this.savedBefore({ atMs: createdMs - durationMs, records: recordsIn });
    this.#fold(createdMs, { checkpointMs: round(durationMs), checkpointBytes: totalBytes });
  }

  get recordsIn(): number | null {
    return this.#before?.recordsIn ?? null;
  }

  get recordsOut(): number | null {
    return this.#before?.recordsOut ?? null;
  }

  /** A run reports every second: what ended it came at most that long after its last report, however late it was found. */
  exposureAtEnd(nowMs: number): number | null {
    return this.#before === null ? null : this.exposureAt(Math.min(nowMs, this.#before.atMs + REPORT_MS));
  }

  /** Fields of the job's row that follow from the newest report. */
  jobFields(nowMs: number) {
    const { lagRecords, stateBytes } = this.#values;
    const exposureRecords = this.exposureAt(nowMs);
    const whole = (value: number | null | undefined) => (value == null ? null : BigInt(Math.round(value)));
    return { lagRecords: whole(lagRecords), exposureRecords: whole(exposureRecords), stateBytes: whole(stateBytes) };
  }

  tasks(): TasksAnswer['operators'] {
    const seconds = this.#last && this.#earlier ? Math.max(0.001, (this.#last.atMs - this.#earlier.atMs) / 1000) : null;
    const before = new Map(this.#earlier?.operators.map((operator) => [operator.uid, operator]));
    const rate = (now: number, then: number | undefined) =>
      seconds === null || then === undefined ? null : round(Math.max(0, now - then) / seconds);
    return (this.#last?.operators ?? []).map((operator) => ({
      uid: operator.uid,
      nodeId: operator.nodeId,
      kind: operator.kind,
      name: operator.description,
      parallelism: operator.parallelism,
      status: operator.subtasks.every((subtask) => subtask.status === 'FINISHED') ? 'FINISHED' : 'RUNNING',
      recordsIn: operator.recordsIn,
      recordsOut: operator.recordsOut,
      bytesIn: operator.bytesIn,
      bytesOut: operator.bytesOut,
      busy: operator.busy,
      backpressured: operator.backpressured,
      backpressure: operator.backpressured > 0.5 ? 'HIGH' : operator.backpressured > 0.1 ? 'LOW' : 'OK',
      watermarkAt: operator.watermarkMs,
      inRate: rate(operator.recordsIn, before.get(operator.uid)?.recordsIn),
      outRate: rate(operator.recordsOut, before.get(operator.uid)?.recordsOut),
      latencyMs: operator.latencyMs ?? null,
      stateBytes: operator.stateBytes,
      stateRecords: operator.stateRecords,
      lateRowsDropped: operator.lateRowsDropped,
      subtasks: operator.subtasks.map((subtask) => ({ ...subtask })),
    }));
  }

  /**
   * Stores what is complete, and with `all` what is under way too. A point that is there already is folded into. Nothing is forgotten before the
   * transaction has been committed and the returned function was called: a transaction that failed is done again.
   */
  async flush(tx: DatabaseTransaction, all: boolean): Promise<() => void> {
    const buckets = all ? [...this.#buckets].map(([seconds, bucket]) => ({ seconds, ...bucket })) : [];
    const due = [...this.#due, ...buckets];
    for (const { seconds, atMs, folded } of due) {
      const key = { jobId: this.#jobId, resolutionSeconds: seconds, at: new Date(atMs) };
      const there = await tx.metricPoint.findUnique({ where: { jobId_resolutionSeconds_at: key } });
      const point: FoldedMetrics = {};
      mergeInto(point, folded);
      if (there) mergeInto(point, JSON.parse(there.valuesJson) as FoldedMetrics);
      const valuesJson = JSON.stringify(point);
      await tx.metricPoint.upsert({ where: { jobId_resolutionSeconds_at: key }, create: { ...key, valuesJson }, update: { valuesJson } });
    }
    const stored = new Set<FoldedMetrics>(due.map((one) => one.folded));
    return () => {
      this.#due = this.#due.filter((one) => !stored.has(one.folded));
      for (const [seconds, bucket] of this.#buckets) if (stored.has(bucket.folded)) this.#buckets.delete(seconds);
    };
  }

  #fold(atMs: number, values: MetricValues): void {
    for (const { seconds } of METRIC_RESOLUTIONS) {
      const startMs = Math.floor(atMs / (seconds * 1000)) * seconds * 1000;
      let bucket = this.#buckets.get(seconds);
      if (bucket && bucket.atMs !== startMs) {
        this.#due.push({ seconds, ...bucket });
        bucket = undefined;
      }
      bucket ??= { atMs: startMs, folded: {} };
      this.#buckets.set(seconds, bucket);
      const one: FoldedMetrics = {};
      for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
        one[name] = { min: value, max: value, sum: value, count: 1 };
      }
      mergeInto(bucket.folded, one);
    }
  }
}

function mergeInto(target: FoldedMetrics, other: FoldedMetrics): void {
  for (const [name, value] of Object.entries(other) as [MetricName, NonNullable<FoldedMetrics[MetricName]>][]) {
    const there = target[name];
    target[name] = there
      ? {
          min: Math.min(there.min, value.min),
          max: Math.max(there.max, value.max),
          sum: there.sum + value.sum,
          count: there.count + value.count,
        }
      : value;
  }
}

function totalsOf(report: MetricsReport): Totals {
  const sources = report.operators.filter((operator) => operator.kind === 'source' || operator.kind === 'values');
  const sinks = report.operators.filter((operator) => operator.kind === 'sink');
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    atMs: report.atMs,
    recordsIn: report.totals?.recordsIn ?? sum(sources.map((operator) => operator.recordsOut)),
    recordsOut: report.totals?.recordsOut ?? sum(sinks.map((operator) => operator.recordsIn)),
    bytesIn: sum(sources.map((operator) => Math.max(operator.bytesIn, operator.bytesOut))),
    bytesOut: sum(sinks.map((operator) => Math.max(operator.bytesIn, operator.bytesOut))),
    cpuSeconds: report.cpuSeconds,
  };
}
