/** The Flink cluster of a run: by the queue of the version it runs, whatever was saved since. */
import { findFlinkCluster } from '../connections/flink-clusters.ts';
import type { Database } from '../db/open-database.ts';
import type { FlinkClusterAddress } from '../engines/flink/cluster.ts';
import type { MasterKey } from '../secrets/seal.ts';
import { optionsOf } from './build-run-spec.ts';

export async function clusterOfRun(
  database: Database,
  masterKey: MasterKey,
  of: { readonly runId: string },
): Promise<FlinkClusterAddress | null> {
  const run = await database.run.findUniqueOrThrow({ where: { id: of.runId }, include: { job: { select: { projectId: true } } } });
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: run.jobId, number: run.jobVersion } } });
  return findFlinkCluster(database, masterKey, run.job.projectId, optionsOf(version).queueName);
}
