/**
 * The JobManager's REST interface (Flink 1.20 to 2.3), as far as the console drives it. Answers are validated; what an answer holds beyond is left
 * away. Checkpoints are read from a job's own history: `/checkpoints/details/:n` is answered from a cache that all jobs share. Async operations
 * that failed are COMPLETED too, with a failure cause.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Dialer } from '../../effects/dialer.ts';
import { type FlinkClusterAddress, FlinkLine, FlinkRefusal, rootCauseOf } from './cluster.ts';
import type { SavepointFormat } from './job-configuration.ts';

const overviewSchema = z.object({
  'flink-version': z.string(),
  taskmanagers: z.int(),
  'slots-total': z.int(),
  'slots-available': z.int(),
  'jobs-running': z.int(),
});
export type ClusterOverview = z.infer<typeof overviewSchema>;

const configSchema = z.array(z.object({ key: z.string(), value: z.string() }));
const environmentSchema = z.object({ classpath: z.array(z.string()) });

export const FLINK_JOB_STATES = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const;
const stateSchema = z.enum(FLINK_JOB_STATES);
export type FlinkJobState = z.infer<typeof stateSchema>;
/** Nothing of the job goes on. (A suspended one is recovered by another JobManager.) */
export const TERMINAL: ReadonlySet<FlinkJobState> = new Set(['FAILED', 'CANCELED', 'FINISHED']);

const jobsSchema = z.object({
  jobs: z.array(z.object({ jid: z.string(), name: z.string(), state: stateSchema, 'start-time': z.number(), 'end-time': z.number() })),
});
export type FlinkJobHead = z.infer<typeof jobsSchema>['jobs'][number];

const vertexSchema = z.object({
  id: z.string(),
  name: z.string(),
  parallelism: z.int(),
  maxParallelism: z.int(),
  status: z.string(),
  tasks: z.record(z.string(), z.int()),
  metrics: z
    .object({
      'read-bytes': z.number(),
      'write-bytes': z.number(),
      'read-records': z.number(),
      'write-records': z.number(),
    })
    .partial(),
});
export type FlinkVertex = z.infer<typeof vertexSchema>;

const planNodeSchema = z.object({
  id: z.string(),
  parallelism: z.int(),
  description: z.string(),
  inputs: z.array(z.object({ id: z.string(), ship_strategy: z.string().optional(), exchange: z.string().optional() })).default([]),
});
const planSchema = z.object({ nodes: z.array(planNodeSchema) });
export type FlinkPlanNode = z.infer<typeof planNodeSchema>;

const jobSchema = z.object({
  jid: z.string(),
  name: z.string(),
  state: stateSchema,
  'start-time': z.number(),
  'end-time': z.number(),
  now: z.number(),
  timestamps: z.record(z.string(), z.number()),
  vertices: z.array(vertexSchema),
  plan: planSchema,
});
export type FlinkJob = z.infer<typeof jobSchema>;

const checkpointSchema = z.object({
  id: z.int(),
  status: z.enum(['IN_PROGRESS', 'COMPLETED', 'FAILED']),
  is_savepoint: z.boolean(),
  checkpoint_type: z.string(),
  trigger_timestamp: z.number(),
  latest_ack_timestamp: z.number(),
  state_size: z.number(),
  end_to_end_duration: z.number(),
  external_path: z.string().nullish(),
  discarded: z.boolean().nullish(),
  failure_message: z.string().nullish(),
});
export type FlinkCheckpoint = z.infer<typeof checkpointSchema>;
const checkpointsSchema = z.object({
  counts: z.object({ restored: z.int(), total: z.int(), completed: z.int(), failed: z.int() }),
  latest: z.object({
    restored: z.object({ id: z.int(), external_path: z.string().nullish(), is_savepoint: z.boolean() }).nullable(),
  }),
  /** Newest first, as many as the cluster keeps (web.checkpoints.history, 10). */
  history: z.array(checkpointSchema),
});
export type FlinkCheckpoints = z.infer<typeof checkpointsSchema>;

const exceptionSchema = z.object({
  exceptionName: z.string(),
  stacktrace: z.string(),
  timestamp: z.number(),
  taskName: z.string().nullish(),
  taskManagerId: z.string().nullish(),
});
const exceptionsSchema = z.object({
  exceptionHistory: z.object({
    entries: z.array(exceptionSchema.extend({ concurrentExceptions: z.array(exceptionSchema).default([]) })),
  }),
});
export type FlinkException = z.infer<typeof exceptionsSchema>['exceptionHistory']['entries'][number];

const triggeredSchema = z.object({ 'request-id': z.string() });
const operationSchema = z.object({
  status: z.object({ id: z.enum(['IN_PROGRESS', 'COMPLETED']) }),
  operation: z
    .object({
      location: z.string().optional(),
      'failure-cause': z.object({ class: z.string(), 'stack-trace': z.string() }).optional(),
    })
    .nullish(),
});
/** `"NaN"` where a task does not measure it. */
const measureSchema = z
  .union([z.number(), z.string().transform(() => null)])
  .nullish()
  .transform((value) => value ?? null);
const aggregatedSchema = z.array(z.object({ id: z.string(), min: measureSchema, max: measureSchema, sum: measureSchema }));
export type AggregatedMetric = z.infer<typeof aggregatedSchema>[number];
const metricNamesSchema = z.array(z.object({ id: z.string() }));
const emptySchema = z.unknown();
const uploadedSchema = z.object({ filename: z.string() });
const ranSchema = z.object({ jobid: z.string() });

export type AsyncOutcome =
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'completed'; readonly location: string | null }
  | { readonly kind: 'failed'; readonly message: string }
  /** The JobManager does not know the operation: it was started anew since. */
  | { readonly kind: 'unknown' };

export interface SavepointOrder {
  /** In Flink's words. */
  readonly target: string;
  readonly format: SavepointFormat;
  /** Makes it idempotent: the same one again is the same savepoint. 32 hexadecimal digits. */
  readonly triggerId: string;
}

export interface JarRun {
  readonly entryClass: string | null;
  readonly programArgsList: readonly string[];
  readonly parallelism: number;
  readonly jobId: string;
  readonly savepointPath: string | null;
  readonly allowNonRestoredState: boolean;
  readonly configuration: Readonly<Record<string, string>>;
}

const UPLOAD_MS = 300_000;
/** Running a jar executes its main method. */
const RUN_MS = 120_000;

export class JobManager {
  readonly #line: FlinkLine;

  constructor(dialer: Dialer, address: FlinkClusterAddress) {
    this.#line = new FlinkLine(dialer, address.jobManagerUrl, address);
  }

  overview(): Promise<ClusterOverview> {
    return this.#line.ask({ method: 'GET', path: '/overview' }, overviewSchema);
  }

  /** The cluster's configuration; Flink hides the values of keys that look secret. */
  async configuration(): Promise<ReadonlyMap<string, string>> {
    const entries = await this.#line.ask({ method: 'GET', path: '/jobmanager/config' }, configSchema);
    return new Map(entries.map(({ key, value }) => [key, value]));
  }

  async classpath(): Promise<readonly string[]> {
    return (await this.#line.ask({ method: 'GET', path: '/jobmanager/environment' }, environmentSchema)).classpath;
  }

  async jobs(): Promise<readonly FlinkJobHead[]> {
    return (await this.#line.ask({ method: 'GET', path: '/jobs/overview' }, jobsSchema)).jobs;
  }

  /** Null: the JobManager knows no such job. */
  job(id: string): Promise<FlinkJob | null> {
    return orUnknown(this.#line.ask({ method: 'GET', path: `/jobs/${id}` }, jobSchema));
  }

  checkpoints(id: string): Promise<FlinkCheckpoints | null> {
    return orUnknown(this.#line.ask({ method: 'GET', path: `/jobs/${id}/checkpoints` }, checkpointsSchema));
  }

  /** Newest first. */
  async exceptions(id: string, most: number): Promise<readonly FlinkException[]> {
    const answer = await this.#line.ask({ method: 'GET', path: `/jobs/${id}/exceptions?maxExceptions=${most}` }, exceptionsSchema);
    return answer.exceptionHistory.entries;
  }

  /** Null: it is gone, or writes none. */
  taskManagerLog(taskManager: string): Promise<string | null> {
    return this.#line.text(`/taskmanagers/${encodeURIComponent(taskManager)}/log`);
  }

  async triggerSavepoint(id: string, { target, format, triggerId }: SavepointOrder): Promise<void> {
    const json = { 'target-directory': target, 'cancel-job': false, formatType: format, triggerId };
    await this.#line.ask({ method: 'POST', path: `/jobs/${id}/savepoints`, json }, triggeredSchema);
  }

  async stopWithSavepoint(id: string, isDrain: boolean, { target, format, triggerId }: SavepointOrder): Promise<void> {
    const json = { targetDirectory: target, drain: isDrain, formatType: format, triggerId };
    await this.#line.ask({ method: 'POST', path: `/jobs/${id}/stop`, json }, triggeredSchema);
  }

  savepointOutcome(id: string, triggerId: string): Promise<AsyncOutcome> {
    return this.#outcome(`/jobs/${id}/savepoints/${triggerId}`);
  }

  async triggerCheckpoint(id: string): Promise<void> {
    await this.#line.ask({ method: 'POST', path: `/jobs/${id}/checkpoints`, json: { checkpointType: 'CONFIGURED' } }, triggeredSchema);
  }

  /** Silent when the job is unknown or has ended. */
  async cancel(id: string): Promise<void> {
    await orUnknown(this.#line.ask({ method: 'PATCH', path: `/jobs/${id}?mode=cancel` }, emptySchema), new Set([404, 409]));
  }

  async vertexMetricNames(id: string, vertex: string): Promise<readonly string[]> {
    const path = `/jobs/${id}/vertices/${vertex}/subtasks/metrics`;
    return (await this.#line.ask({ method: 'GET', path }, metricNamesSchema)).map((one) => one.id);
  }

  /** Over all subtasks of the vertex. */
  async vertexMetrics(id: string, vertex: string, names: readonly string[]): Promise<ReadonlyMap<string, AggregatedMetric>> {
    const get = names.map((name) => encodeURIComponent(name)).join(',');
    const path = `/jobs/${id}/vertices/${vertex}/subtasks/metrics?get=${get}&agg=min,max,sum`;
    const values = await this.#line.ask({ method: 'GET', path }, aggregatedSchema);
    return new Map(values.map((one) => [one.id, one]));
  }

  /** Id of the jar. */
  async uploadJar(name: string, bytes: Uint8Array): Promise<string> {
    const boundary = `tidemark-${randomUUID()}`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="jarfile"; filename="${name}"\r\nContent-Type: application/x-java-archive\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const question = { method: 'POST', path: '/jars/upload', timeoutMs: UPLOAD_MS } as const;
    const { filename } = await this.#line.ask(
      { ...question, body: { type: `multipart/form-data; boundary=${boundary}`, bytes: body } },
      uploadedSchema,
    );
    return filename.split('/').at(-1) as string;
  }

  async runJar(jarId: string, run: JarRun): Promise<string> {
    const json = {
      ...(run.entryClass === null ? {} : { entryClass: run.entryClass }),
      programArgsList: run.programArgsList,
      parallelism: run.parallelism,
      jobId: run.jobId,
      ...(run.savepointPath === null ? {} : { savepointPath: run.savepointPath, allowNonRestoredState: run.allowNonRestoredState }),
      flinkConfiguration: run.configuration,
    };
    const question = { method: 'POST', path: `/jars/${encodeURIComponent(jarId)}/run`, json, timeoutMs: RUN_MS } as const;
    return (await this.#line.ask(question, ranSchema)).jobid;
  }

  async deleteJar(jarId: string): Promise<void> {
    await orUnknown(this.#line.ask({ method: 'DELETE', path: `/jars/${encodeURIComponent(jarId)}` }, emptySchema), new Set([400, 404]));
  }

  async #outcome(path: string): Promise<AsyncOutcome> {
    const answer = await orUnknown(this.#line.ask({ method: 'GET', path }, operationSchema));
    if (answer === null) return { kind: 'unknown' };
    if (answer.status.id === 'IN_PROGRESS') return { kind: 'in-progress' };
    const failure = answer.operation?.['failure-cause'];
    if (failure) return { kind: 'failed', message: rootCauseOf(failure['stack-trace']).message };
    return { kind: 'completed', location: answer.operation?.location ?? null };
  }
}

async function orUnknown<T>(asked: Promise<T>, statuses: ReadonlySet<number> = new Set([404])): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FlinkRefusal && statuses.has(error.status)) return null;
    throw error;
  }
}
