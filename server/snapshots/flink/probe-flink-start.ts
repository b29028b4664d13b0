/**
 * What would make a start on a Flink cluster fail at once, found before anything is submitted: a cluster or gateway that does not answer or belongs to
 * another cluster, too few slots, a snapshot of a newer Flink, a script that Flink's own planner refuses. Changes nothing in the cluster.
 */

import type { JobOptions } from '../../contract/job-options.ts';
import { settingsOfOptions } from '../../contract/job-settings.ts';
import { recognise } from '../../contract/recognise.ts';
import { type Said, say } from '../../contract/said.ts';
import type { StartPreview } from '../../contract/start.ts';
import type { Prisma } from '../../db/open-database.ts';
import type { TableOffsets } from '../../engine/runtime/wire.ts';
import { type FlinkClusterAddress, FlinkRefusal, FlinkUnreachable } from '../../engines/flink/cluster.ts';
import { differenceOf, isBefore, OLDEST_FLINK } from '../../engines/flink/handshake.ts';
import { flinkSettings, settingsProblem } from '../../engines/flink/job-configuration.ts';
import { type ClusterOverview, JobManager } from '../../engines/flink/job-manager.ts';
import { type PreparedScript, prepareScript } from '../../engines/flink/prepare-script.ts';
import { type GatewaySession, SqlGateway, StatementTimeout } from '../../engines/flink/sql-gateway.ts';
import { findJar, jarProblem, readJar } from '../../packages/find-jar.ts';
import { StoreError } from '../../storage/contract.ts';
import type { SnapshotRow } from '../catalogue.ts';
import type { OperatorFate } from '../compare-operators.ts';
import type { SnapshotContext } from '../context.ts';
import { foldersOf } from '../job-folders.ts';
import { fatesByPlan } from './fates-by-plan.ts';
import type { FlinkInspection } from './inspect-metadata.ts';

export interface FlinkStart {
  readonly job: Prisma.JobGetPayload<Record<string, never>>;
  readonly sql: string;
  readonly options: JobOptions;
  readonly row: SnapshotRow | null;
  readonly content: FlinkInspection | null;
  /** Places of a snapshot of the embedded engine that is handed over; then `row` and `content` are null. */
  readonly offsets: TableOffsets | null;
}

export interface FlinkProbe {
  readonly blockedBy: readonly Said[] | null;
  /** What becomes of the snapshot's operators by the compiled plans; null = no plans, so it is not known. */
  readonly operators: readonly OperatorFate[] | null;
  readonly settings: StartPreview['settings'];
}

const NO_RUN = '00000000-0000-0000-0000-000000000000';

export async function probeFlinkStart(context: SnapshotContext, start: FlinkStart): Promise<FlinkProbe> {
  const { job, options } = start;
  const cluster = await context.clusterOf(job.projectId, options.queueName);
  if (cluster === null) return { blockedBy: [say('said.blocked.noCluster', { name: options.queueName })], settings: [], operators: null };
  const isJar = job.type === 'flink_jar_job';
  const script = isJar ? null : await scriptOf(context, start);
  const settings = settingsFor(context, start, script?.kind === 'prepared' ? script.settings : {});
  const blocked = (message: string): FlinkProbe => ({
    blockedBy: [recognise(message), say('said.blocked.nothingStarted')],
    settings,
    operators: null,
  });
  if (script?.kind === 'refused') return blocked(script.message);
  const wrong = settingsProblem(settingsOfOptions(options), script?.settings);
  if (wrong !== null) return blocked(wrong);
  const jar = isJar ? await jarBlocked(context, job.projectId, options) : null;
  if (jar !== null) return blocked(jar);
  try {
    const jobManager = new JobManager(context.dialer, cluster);
    const overview = await jobManager.overview();
    const problem = versionProblem(overview, start.content) ?? slotProblem(overview, options, cluster.name);
    if (problem !== null) return blocked(problem);
    if (!script) return { blockedBy: null, settings, operators: null };
    const planned = await planOn(context, cluster, jobManager, start, { script, settings, version: overview['flink-version'] });
    return typeof planned === 'string' ? blocked(planned) : { blockedBy: null, settings, operators: planned };
  } catch (error) {
    if (error instanceof FlinkUnreachable) return blocked(`The Flink cluster ${cluster.name} is not reached: ${error.message}`);
    if (error instanceof FlinkRefusal || error instanceof StatementTimeout)
      return blocked(`The Flink cluster ${cluster.name}: ${error.message}`);
    throw error;
  }
}

async function jarBlocked(context: SnapshotContext, projectId: string, options: JobOptions): Promise<string | null> {
  const jar = await findJar(context.database, projectId, options.entrypoint);
  if (typeof jar === 'string') return jar;
  if (options.dependencyJars.length > 0 || options.dependencyFiles.length > 0) {
    return "Flink's REST interface takes one jar: put the dependencies into it (shaded), and leave JAR Package Dependencies and Other Dependencies empty.";
  }
  try {
    return jarProblem(await readJar(context.store, jar), options.mainClass);
  } catch (error) {
    if (error instanceof StoreError) return `The application cannot be read: ${error.message}`;
    throw error;
  }
}

async function scriptOf(context: SnapshotContext, { job, sql, offsets }: FlinkStart) {
  const connections = await context.connectionsOf(job.projectId, sql);
  const startPosition = offsets === null ? null : ({ kind: 'offsets', tables: offsets } as const);
  return prepareScript({ sql, startPosition, connections, store: context.environment.objectStore.spec });
}

/** As they will be submitted, but for what only the run decides. */
function settingsFor(context: SnapshotContext, start: FlinkStart, script: Readonly<Record<string, string>>): StartPreview['settings'] {
  const { job, options, row } = start;
  const { objectStore } = context.environment;
  const folders = foldersOf(objectStore, job, options.bucket);
  const spec = {
    jobId: String(job.id),
    jobName: job.name,
    runId: NO_RUN,
    settings: settingsOfOptions(options),
    parallelism: options.parallelism,
    checkpointDirectory: options.checkpointEnabled ? folders.checkpoints : null,
    savepointDirectory: folders.savepoints,
    store: objectStore.spec,
    restoreFrom: row?.path ?? null,
    allowNonRestoredState: false,
    restartsByItself: options.restartWhenException,
  };
  return flinkSettings(spec, script)
    .filter(({ key }) => !key.startsWith('$internal.'))
    .map((one) => (one.key === 'pipeline.name' ? { ...one, value: one.value.replace(` ${NO_RUN}`, ' …') } : one));
}

function versionProblem(overview: ClusterOverview, content: FlinkInspection | null): string | null {
  const version = overview['flink-version'];
  if (isBefore(version, OLDEST_FLINK)) return `The cluster is Flink ${version}; ${OLDEST_FLINK} and newer are supported.`;
  if (content !== null && isBefore(version, content.oldestFlink)) {
    return `The snapshot was made by Flink ${content.oldestFlink} or newer, and the cluster is Flink ${version}, which cannot read it. Upgrade the cluster or choose an older snapshot.`;
  }
  return null;
}

/** The tasks of a job share slots: it takes as many as its greatest parallelism. */
function slotProblem(overview: ClusterOverview, options: JobOptions, cluster: string): string | null {
  const free = overview['slots-available'];
  if (options.parallelism <= free) return null;
  const total = overview['slots-total'];
  return `The job needs ${options.parallelism} slots; ${cluster} has ${free} free of ${total}. Lower its parallelism, stop another job, or add TaskManagers.`;
}

interface Submitted {
  readonly script: PreparedScript;
  readonly settings: StartPreview['settings'];
  readonly version: string;
}

/** A sentence when Flink does not plan it. */
async function planOn(
  context: SnapshotContext,
  cluster: FlinkClusterAddress,
  jobManager: JobManager,
  start: FlinkStart,
  { script, settings, version }: Submitted,
): Promise<string | readonly OperatorFate[] | null> {
  if (cluster.gatewayUrl === null) return `The Flink cluster ${cluster.name} has no SQL Gateway, so it runs Flink Jar jobs only.`;
  const gateway = new SqlGateway(context.dialer, cluster, cluster.gatewayUrl);
  const session = await gateway.openSession('tidemark-preview', Object.fromEntries(settings.map(({ key, value }) => [key, value])));
  try {
    const difference = await differenceOf(session, jobManager);
    if (difference !== null) return `The SQL Gateway of ${cluster.name} gives its jobs to another cluster: ${difference}.`;
    for (const { sql, line } of script.declarations) {
      const problem = await refusalOf(session, sql);
      if (problem !== null) return `The statement at line ${line}: ${problem}`;
    }
    const set = script.insertCount > 1 ? script.submission.replace(/^EXECUTE /, '') : script.submission;
    const problem = await refusalOf(session, `EXPLAIN ${set}`);
    if (problem !== null) return `Flink does not plan the SQL: ${problem}`;
    return await fatesByPlan(context, session, { ...start, script, version });
  } finally {
    await session.close();
  }
}

async function refusalOf(session: GatewaySession, statement: string): Promise<string | null> {
  try {
    await session.run(statement);
    return null;
  } catch (error) {
    if (error instanceof FlinkRefusal) return error.message;
    throw error;
  }
}
