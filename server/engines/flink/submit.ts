/**
 * Puts a run into a cluster, once. The job's id in Flink is made from the run's id, and Flink refuses a second job of an id it knows: so the same
 * submission may be made again after a crash at any point, and one job is the outcome. Order for SQL: session with all settings -> statements
 * that declare -> INSERTs; while these are worked on, the JobManager is asked for the job too, since a job that fails while it starts leaves
 * the gateway without an answer.
 */
import type { RunSpec } from '../../engine/runtime/wire.ts';
import { type ObjectStore, StoreError } from '../../storage/contract.ts';
import { FlinkRefusal, FlinkUnreachable } from './cluster.ts';
import { factsOf, flinkJobId, flinkSettings, settingsProblem } from './job-configuration.ts';
import type { JobManager } from './job-manager.ts';
import { keepPlan } from './keep-plan.ts';
import { prepareScript } from './prepare-script.ts';
import { type GatewaySession, type SqlGateway, StatementTimeout } from './sql-gateway.ts';

export type Submission =
  | { readonly kind: 'submitted' }
  /** Nothing of it runs, and the same once more would be refused again. */
  | { readonly kind: 'refused'; readonly message: string; readonly detail: string | null }
  /** Nothing of it runs: the cluster was not reached. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** Whether it runs is not known. */
  | { readonly kind: 'unclear'; readonly message: string };

export interface ClusterLines {
  readonly name: string;
  readonly jobManager: JobManager;
  /** Null: the cluster has none. */
  readonly gateway: SqlGateway | null;
}

const SEEN_MS = 20_000;
const LOOK_MS = 300;
const ALREADY = /already been submitted|DuplicateJobSubmission/;

/** `note`: for the log of the run. */
export async function submitSql(lines: ClusterLines, spec: RunSpec, store: ObjectStore, note: (text: string) => void): Promise<Submission> {
  const { gateway, jobManager } = lines;
  if (gateway === null) return refused(`The Flink cluster ${lines.name} has no SQL Gateway, so it runs Flink Jar jobs only.`);
  const script = prepareScript({ ...spec, connections: spec.connections ?? {} });
  if (script.kind === 'refused') return refused(script.message);
  const problem = settingsProblem(spec.settings, script.settings);
  if (problem !== null) return refused(problem);
  const settings = Object.fromEntries(flinkSettings(factsOf(spec), script.settings).map(({ key, value }) => [key, value]));
  let session: GatewaySession;
  try {
    session = await gateway.openSession(`tidemark-${spec.jobId}`, settings);
  } catch (error) {
    return outcomeOf(error);
  }
  try {
    for (const { sql, line } of script.declarations) {
      try {
        await session.run(sql);
      } catch (error) {
        const outcome = outcomeOf(error);
        return outcome.kind === 'refused' ? { ...outcome, message: `The statement at line ${line}: ${outcome.message}` } : outcome;
      }
    }
    const version = (await jobManager.overview())['flink-version'];
    const plan = await keepPlan(session, store, { spec, script, version });
    if (plan.kind === 'none') note(plan.why);
    if (plan.kind === 'plan') {
      const outcome = await insert(session, plan.statement, jobManager, spec, lines.name);
      // What Flink compiles it may not execute; without state to find again the job then begins without a plan.
      if (outcome.kind !== 'refused' || spec.restoreFrom !== null) return outcome;
      note(`The plan is not executed: ${outcome.message}`);
    }
    return await insert(session, script.submission, jobManager, spec, lines.name);
  } catch (error) {
    return outcomeOf(error);
  } finally {
    await session.close();
  }
}

/** Whichever comes first: the gateway's answer, or the job in the JobManager's list. */
async function insert(session: GatewaySession, sql: string, jobManager: JobManager, spec: RunSpec, cluster: string): Promise<Submission> {
  const id = flinkJobId(spec.runId);
  let isOver = false;
  const seen = (async (): Promise<Submission> => {
    while (!isOver) {
      if ((await jobManager.job(id).catch(() => null)) !== null) return { kind: 'submitted' };
      await pause(LOOK_MS);
    }
    return { kind: 'unclear', message: 'The SQL Gateway has answered.' };
  })();
  const answered = session.run(sql).then(
    (): Submission => ({ kind: 'submitted' }),
    (error: unknown): Submission => {
      if (error instanceof FlinkRefusal && ALREADY.test(error.detail)) return { kind: 'submitted' };
      if (error instanceof FlinkUnreachable) return { kind: 'unclear', message: error.message };
      return outcomeOf(error);
    },
  );
  const first = await Promise.race([seen, answered]);
  isOver = true;
  if (first.kind !== 'submitted') return first;
  if (await isThere(jobManager, id)) return first;
  await session.run(`STOP JOB '${id}'`).catch(() => {});
  return refused(
    `The SQL Gateway of ${cluster} took the job, but the JobManager of ${cluster} has no such job: they are of two clusters. The job was stopped again; correct the addresses of the connection.`,
  );
}

async function isThere(jobManager: JobManager, id: string): Promise<boolean> {
  const deadline = performance.now() + SEEN_MS;
  while (performance.now() < deadline) {
    if ((await jobManager.job(id).catch(() => null)) !== null) return true;
    await pause(LOOK_MS);
  }
  return false;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const refused = (message: string, detail: string | null = null): Submission => ({ kind: 'refused', message, detail });

/** Of a step before anything could have been submitted. */
function outcomeOf(error: unknown): Submission {
  if (error instanceof FlinkRefusal) return refused(error.message, error.detail === '' ? null : error.detail);
  if (error instanceof FlinkUnreachable) return { kind: 'unreachable', message: error.message };
  if (error instanceof StatementTimeout || error instanceof StoreError) return { kind: 'unclear', message: error.message };
  throw error;
}

/** `bytes`: the jar. */
export async function submitJar(lines: ClusterLines, spec: RunSpec, bytes: Uint8Array): Promise<Submission> {
  const { jobManager } = lines;
  const jar = spec.flink?.jar;
  if (!jar) throw new Error(`run ${spec.runId} has no jar`);
  const problem = settingsProblem(spec.settings);
  if (problem !== null) return refused(problem);
  const id = flinkJobId(spec.runId);
  const settings = flinkSettings(factsOf(spec), {});
  // What is restored is said by the request itself; a setting of the same would be said twice.
  const configuration = Object.fromEntries(
    settings
      .filter(({ key }) => !/^execution\.state-recovery\.(path|ignore-unclaimed-state)$/.test(key))
      .map(({ key, value }) => [key, value]),
  );
  const restore = settings.find(({ key }) => key === 'execution.state-recovery.path')?.value ?? null;
  let jarId: string;
  try {
    jarId = await jobManager.uploadJar(jar.uri.split('/').at(-1) as string, bytes);
  } catch (error) {
    return outcomeOf(error);
  }
  try {
    await jobManager.runJar(jarId, {
      entryClass: jar.mainClass,
      programArgsList: jar.args,
      parallelism: spec.parallelism,
      jobId: id,
      savepointPath: restore,
      allowNonRestoredState: spec.allowNonRestoredState,
      configuration,
    });
    return { kind: 'submitted' };
  } catch (error) {
    if (error instanceof FlinkRefusal && ALREADY.test(error.detail)) return { kind: 'submitted' };
    if (error instanceof FlinkUnreachable) return { kind: 'unclear', message: error.message };
    return outcomeOf(error);
  } finally {
    await jobManager.deleteJar(jarId).catch(() => {});
  }
}
