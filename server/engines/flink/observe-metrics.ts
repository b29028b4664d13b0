/**
 * Measurements of a run in Flink's own numbers: a vertex an operator of the task list. Records are counted where they come in (source operators) and
 * where they leave (sink writers), for in a job that is one chain no vertex sends any. Names of metrics are listed once a vertex: they
 * hold the operators' names. Everything is a sum over subtasks unless said.
 */
import type { JobReport, OperatorMetricsReport } from '../../engine/runtime/wire.ts';
import type { AggregatedMetric, FlinkJob, FlinkVertex, JobManager } from './job-manager.ts';

type MetricsReport = Extract<JobReport, { type: 'metrics' }>;

/** Of the vertex itself. */
const TASK = [
  'numRecordsIn',
  'numRecordsOut',
  'numBytesIn',
  'numBytesOut',
  'busyTimeMsPerSecond',
  'backPressuredTimeMsPerSecond',
  'currentInputWatermark',
];

interface NamedMetrics {
  readonly read: readonly string[];
  readonly written: readonly string[];
  readonly pending: readonly string[];
  readonly watermarks: readonly string[];
  readonly late: readonly string[];
}

export class MetricsObserver {
  readonly #jobManager: JobManager;
  readonly #jobId: string;
  readonly #names = new Map<string, NamedMetrics>();

  constructor(jobManager: JobManager, jobId: string) {
    this.#jobManager = jobManager;
    this.#jobId = jobId;
  }

  /** `stateBytes`: of the newest checkpoint. */
  async report(job: FlinkJob, atMs: number, stateBytes: number): Promise<MetricsReport> {
    const measured = await Promise.all(job.vertices.map((vertex) => this.#measure(vertex)));
    const operators = job.vertices.map((vertex, index) => operatorReport(vertex, index, job, measured[index] as Measured));
    const sum = (of: (one: Measured) => number | null) => measured.reduce((total, one) => total + (of(one) ?? 0), 0);
    const lag = measured.flatMap((one) => one.pending ?? []);
    return {
      type: 'metrics',
      atMs,
      operators,
      totals: { recordsIn: sum((one) => one.read), recordsOut: sum((one) => one.written) },
      lagRecords: lag.length === 0 ? null : lag.reduce((total, one) => total + one, 0),
      cpuSeconds: null,
      rssBytes: null,
      stateBytes,
    };
  }

  async #measure(vertex: FlinkVertex): Promise<Measured> {
    let names = this.#names.get(vertex.id);
    if (!names || (names.read.length === 0 && names.written.length === 0)) {
      names = namesOf(await this.#jobManager.vertexMetricNames(this.#jobId, vertex.id));
      this.#names.set(vertex.id, names);
    }
    const { read, written, pending, watermarks, late } = names;
    const values = await this.#jobManager.vertexMetrics(this.#jobId, vertex.id, [
      ...TASK,
      ...read,
      ...written,
      ...pending,
      ...watermarks,
      ...late,
    ]);
    const total = (of: readonly string[]) => {
      const found = of.flatMap((name) => values.get(name)?.sum ?? []);
      return found.length === 0 ? null : found.reduce((sum, one) => sum + one, 0);
    };
    return { values, read: total(read), written: total(written), pending: total(pending), watermarks, late: total(late) ?? 0 };
  }
}

interface Measured {
  readonly values: ReadonlyMap<string, AggregatedMetric>;
  readonly read: number | null;
  readonly written: number | null;
  readonly pending: number | null;
  readonly watermarks: readonly string[];
  readonly late: number;
}

/** `Source__orders[1].numRecordsOut`, `results[3]__Writer.numRecordsIn`: special characters of an operator's name are written as `_`. */
function namesOf(all: readonly string[]): NamedMetrics {
  const ending = (pattern: RegExp) => all.filter((name) => pattern.test(name));
  const sources = ending(/^Source__.*\.numRecordsOut$/);
  const writers = ending(/Writer\.numRecordsIn$/);
  return {
    read: sources,
    written: writers.length > 0 ? writers : ending(/^Sink__.*\.numRecordsIn$/),
    pending: ending(/^Source__.*\.pendingRecords$/),
    watermarks: ending(/^Source__.*\.currentOutputWatermark$/),
    late: ending(/\.numLateRecordsDropped$/),
  };
}

function operatorReport(vertex: FlinkVertex, nodeId: number, job: FlinkJob, measured: Measured): OperatorMetricsReport {
  const { values } = measured;
  const sum = (name: string) => Math.round(values.get(name)?.sum ?? 0);
  const share = (name: string) => Math.max(0, Math.min(1, (values.get(name)?.max ?? 0) / 1000));
  const isSource = vertex.name.startsWith('Source: ') || measured.read !== null;
  return {
    uid: vertex.id,
    nodeId,
    kind: isSource ? 'source' : measured.written !== null ? 'sink' : 'calc',
    description: vertex.name,
    parallelism: vertex.parallelism,
    recordsIn: isSource ? (measured.read ?? 0) : sum('numRecordsIn'),
    recordsOut: sum('numRecordsOut') > 0 ? sum('numRecordsOut') : (measured.written ?? 0),
    bytesIn: sum('numBytesIn'),
    bytesOut: sum('numBytesOut'),
    busy: share('busyTimeMsPerSecond'),
    backpressured: share('backPressuredTimeMsPerSecond'),
    watermarkMs: watermarkOf(measured),
    stateBytes: 0,
    stateRecords: 0,
    lateRowsDropped: Math.round(measured.late),
    subtasks: subtasksOf(vertex, job),
  };
}

/** Lowest over the subtasks; before the first there is Long.MIN_VALUE. */
function watermarkOf({ values, watermarks }: Measured): number | null {
  const lows = ['currentInputWatermark', ...watermarks].flatMap((name) => values.get(name)?.min ?? []);
  const known = lows.filter((one) => one > -8.64e15 && one < 8.64e15);
  return known.length === 0 ? null : Math.min(...known);
}

/** The JobManager counts the subtasks of a vertex by their state. */
function subtasksOf(vertex: FlinkVertex, job: FlinkJob): OperatorMetricsReport['subtasks'] {
  const states = Object.entries(vertex.tasks).flatMap(([state, count]) => new Array<string>(count).fill(state));
  const records = (of: 'read-records' | 'write-records') => Math.round((vertex.metrics[of] ?? 0) / Math.max(1, vertex.parallelism));
  return states.map((status, subtask) => ({
    subtask,
    recordsIn: records('read-records'),
    recordsOut: records('write-records'),
    status: job.state === 'RUNNING' ? status : job.state,
  }));
}
