/**
 * What would make a start fail at once, found before anything runs: the bucket of the job's snapshots, and what each table's connector
 * finds out (missing topic or table, refused credentials, bucket out of reach). Changes nothing outside. A source that does not answer is no
 * such problem: it may be back in a moment, and whether records are lost by then is judged by the preview.
 */

import type { JobOptions } from '../contract/job-options.ts';
import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';
import type { NodeOf, PhysicalPlan, PlanTable } from '../engine/planner/physical-plan.ts';
import { StoreError } from '../storage/contract.ts';
import type { SnapshotContext } from './context.ts';
import { NoAnswer, runtimeContext, type Silence, withDeadline } from './preview-positions.ts';

const DEADLINE_MS = 10_000;

export interface Probed {
  /** The first problem, or null. */
  readonly blockedBy: readonly Said[] | null;
  /** Sources that nobody answered for. */
  readonly unreachable: readonly Silence[];
}

export async function probeStart(context: SnapshotContext, plan: PhysicalPlan, options: JobOptions): Promise<Probed> {
  const tables = plan.nodes.filter((node): node is NodeOf<'source'> | NodeOf<'sink'> => node.kind === 'source' || node.kind === 'sink');
  const problems = await Promise.all([
    probeBucket(context, options),
    ...tables.map((node) => probeTable(context, node.table, node.kind === 'source' ? 'source' : 'sink')),
  ]);
  const first = problems.find((problem) => problem !== null && 'code' in problem);
  return {
    blockedBy: first === undefined ? null : [first, say('said.blocked.nothingStarted')],
    unreachable: problems.filter((problem) => problem !== null && 'table' in problem),
  };
}

async function probeBucket(context: SnapshotContext, options: JobOptions): Promise<Said | null> {
  const { spec, defaultBucket } = context.environment.objectStore;
  // A local bucket is a folder that is made at its first use.
  if (spec.kind === 'local') return null;
  const given = options.bucket.replace(/^[a-z0-9]+:\/\//, '').split('/')[0];
  try {
    await withDeadline(context.store.ensureBucket(given || defaultBucket));
    return null;
  } catch (error) {
    const why = error instanceof StoreError ? error.message : (error as Error).message;
    return say('said.blocked.bucket', { why: recognise(why) });
  }
}

async function probeTable(context: SnapshotContext, table: PlanTable, role: 'source' | 'sink'): Promise<Said | Silence | null> {
  const connector = context.connectorOf(table.connector);
  if (!connector?.probe) return null;
  try {
    const problem = await withDeadline(connector.probe(table, role, runtimeContext(context), DEADLINE_MS));
    if (problem === null) return null;
    return role === 'source' && problem.isUnreachable
      ? { table: table.name, reason: recognise(problem.message) }
      : say('said.blocked.table', { name: table.name, why: recognise(problem.message) });
  } catch (error) {
    if (role === 'source' && error instanceof NoAnswer) return { table: table.name, reason: recognise(error.message) };
    return say('said.blocked.table', { name: table.name, why: recognise((error as Error).message) });
  }
}
