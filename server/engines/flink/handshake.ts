/**
 * What a cluster says of itself, and what it lacks for jobs of this console: version, slots, jobs, where its checkpoints would lie, its state backend,
 * the connectors its SQL Gateway knows, and whether the gateway gives its jobs to this JobManager. Each finding is a sentence with what it
 * means. Changes nothing in the cluster.
 */
import { type Said, say } from '../../contract/said.ts';
import { FlinkRefusal } from './cluster.ts';
import type { JobManager } from './job-manager.ts';
import type { GatewaySession, SqlGateway } from './sql-gateway.ts';

export const OLDEST_FLINK = '1.20';
const NEWEST_TESTED = '2.3';
const PROBE = 'tidemark_probe';
/** Settings by which a gateway and a JobManager of one cluster agree. */
const SAME_CLUSTER = ['jobmanager.rpc.address', 'jobmanager.rpc.port', 'rest.port', 'high-availability.cluster-id'] as const;

/** `2.3.0` is not before `1.20`. */
export function isBefore(version: string, other: string): boolean {
  const numbers = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(version), numbers(other)];
  for (let index = 0; index < 2; index++) if (a[index] !== b[index]) return (a[index] ?? 0) < (b[index] ?? 0);
  return false;
}

/** Throws an Error with one sentence when jobs cannot be given to it. */
export async function meetJobManager(jobManager: JobManager): Promise<readonly Said[]> {
  const overview = await jobManager.overview();
  const version = overview['flink-version'];
  if (isBefore(version, OLDEST_FLINK))
    throw new Error(`It is Flink ${version}; ${OLDEST_FLINK} and newer are supported. Upgrade the cluster.`);
  const slots = { free: overview['slots-available'], total: overview['slots-total'], managers: overview.taskmanagers };
  return [
    say('said.flink.cluster', { version, ...slots, n: overview['jobs-running'] }),
    ...(overview.taskmanagers === 0 ? [say('said.flink.noManagers')] : []),
    ...(isBefore(NEWEST_TESTED, version) ? [say('said.flink.untested', { version: NEWEST_TESTED })] : []),
  ];
}

/** Of a gateway whose version or cluster is not the JobManager's an Error tells. */
export async function meetGateway(
  gateway: SqlGateway,
  jobManager: JobManager,
): Promise<{ readonly sentence: Said; readonly session: GatewaySession }> {
  const [version, overview] = await Promise.all([gateway.version(), jobManager.overview()]);
  if (isBefore(version, overview['flink-version']) || isBefore(overview['flink-version'], version)) {
    throw new Error(
      `The SQL Gateway is of Flink ${version}, the JobManager of ${overview['flink-version']}: jobs of one fail on the other.`,
    );
  }
  const session = await gateway.openSession('tidemark-handshake', {});
  try {
    const difference = await differenceOf(session, jobManager);
    if (difference !== null) {
      throw new Error(`The SQL Gateway gives its jobs to another cluster: ${difference}. Correct one of the two addresses.`);
    }
  } catch (error) {
    await session.close();
    throw error;
  }
  return { sentence: say('said.flink.gateway', { version }), session };
}

/** What one says and the other says otherwise; settings that one of them does not say decide nothing. */
export async function differenceOf(session: GatewaySession, jobManager: JobManager): Promise<string | null> {
  const [gateway, cluster] = await Promise.all([session.properties(), jobManager.configuration()]);
  for (const key of SAME_CLUSTER) {
    const [there, here] = [gateway[key], cluster.get(key)];
    if (there !== undefined && here !== undefined && there !== here) return `${key} is ${there} there and ${here} at the JobManager`;
  }
  return null;
}

/** What the cluster's own configuration means for jobs of this console. */
export async function checkConfiguration(jobManager: JobManager): Promise<readonly Said[]> {
  const configuration = await jobManager.configuration();
  const first = (...keys: string[]) => keys.map((key) => configuration.get(key)).find((value) => value !== undefined) ?? null;
  const backend = first('state.backend.type', 'state.backend') ?? 'hashmap';
  const directory = first('execution.checkpointing.dir', 'state.checkpoints.dir');
  const availability = first('high-availability.type', 'high-availability') ?? 'NONE';
  return [
    say(backend === 'hashmap' ? 'said.flink.backendHeap' : 'said.flink.backend', { backend }),
    directory === null ? say('said.flink.noFolder') : say('said.flink.otherFolder', { directory }),
    /none/i.test(availability) ? say('said.flink.notAvailable') : say('said.flink.available', { availability }),
  ];
}

/** Names of connectors the planner finds: it lists them when it is asked for one that it does not have. */
async function connectorsOf(session: GatewaySession): Promise<readonly string[]> {
  await session.run(`CREATE TEMPORARY TABLE ${PROBE} (x INT) WITH ('connector' = '${PROBE}')`);
  try {
    await session.run(`EXPLAIN SELECT * FROM ${PROBE}`);
  } catch (error) {
    if (!(error instanceof FlinkRefusal)) throw error;
    const list = /Available factory identifiers are:\s*([\s\S]*?)(?:\n\tat|\n\s*at |$)/.exec(error.detail)?.[1] ?? '';
    return list.split(/\s+/).filter((name) => /^[a-z][\w.-]*$/.test(name));
  }
  return [];
}

/** Connectors whose absence most jobs would meet, with what brings them. */
const WANTED: Readonly<Record<string, string>> = { kafka: 'flink-sql-connector-kafka', jdbc: 'flink-connector-jdbc' };

export async function checkConnectors(session: GatewaySession): Promise<readonly Said[]> {
  const names = await connectorsOf(session);
  const missing = Object.entries(WANTED).filter(([name]) => !names.includes(name));
  return [
    say('said.flink.connectors', { names: names.join(', ') }),
    ...missing.map(([name, jar]) => say('said.flink.lacks', { name, jar })),
  ];
}
