/**
 * What would make a start fail at once, found before anything runs: the bucket of the job's snapshots, and what each table's connector
 * finds out (missing topic or table, refused credentials, bucket out of reach). Changes nothing outside.
 */
import type { JobOptions } from '../contract/job-options.ts';
import type { NodeOf, PhysicalPlan, PlanTable } from '../engine/planner/physical-plan.ts';
import { StoreError } from '../storage/contract.ts';
import type { SnapshotContext } from './context.ts';
import { runtimeContext, withDeadline } from './preview-positions.ts';

const DEADLINE_MS = 10_000;

/** The first problem as a sentence, or null. */
export async function probeStart(context: SnapshotContext, plan: PhysicalPlan, options: JobOptions): Promise<string | null> {
  const tables = plan.nodes.filter((node): node is NodeOf<'source'> | NodeOf<'sink'> => node.kind === 'source' || node.kind === 'sink');
  const problems = await Promise.all([
    probeBucket(context, options),
    ...tables.map((node) => probeTable(context, node.table, node.kind === 'source' ? 'source' : 'sink')),
  ]);
  const first = problems.find((problem) => problem !== null);
  return first === undefined ? null : `${first} Nothing was started.`;
}

async function probeBucket(context: SnapshotContext, options: JobOptions): Promise<string | null> {
  const { spec, defaultBucket } = context.environment.objectStore;
  // A local bucket is a folder that is made at its first use.
  if (spec.kind === 'local') return null;
  const given = options.bucket.replace(/^[a-z0-9]+:\/\//, '').split('/')[0];
  try {
    await withDeadline(context.store.ensureBucket(given || defaultBucket));
    return null;
  } catch (error) {
    const why = error instanceof StoreError ? error.message : `the object store: ${(error as Error).message}.`;
    return `Snapshots cannot be stored: ${why}`;
  }
}

async function probeTable(context: SnapshotContext, table: PlanTable, role: 'source' | 'sink'): Promise<string | null> {
  const connector = context.connectorOf(table.connector);
  if (!connector?.probe) return null;
  try {
    const problem = await withDeadline(connector.probe(table, role, runtimeContext(context), DEADLINE_MS));
    return problem === null ? null : `Table ${table.name}: ${problem.message}`;
  } catch (error) {
    return `Table ${table.name}: ${(error as Error).message}`;
  }
}
