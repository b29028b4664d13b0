/**
 * What becomes of each operator of a Flink snapshot, by compiled plans: the plan of the run that made it, and the plan of the SQL now under its numbers.
 * Flink then finds state again exactly where the numbers are the same. The plan for a preview is kept under the SQL's hash, so that it is
 * compiled once.
 */
import { createHash } from 'node:crypto';
import type { JobOptions } from '../../contract/job-options.ts';
import { inEnglish, type Said, say } from '../../contract/said.ts';
import type { Prisma } from '../../db/open-database.ts';
import { type CompiledPlan, keepNumbers, nodeOfUid, nodesWithout } from '../../engines/flink/compiled-plan.ts';
import { compilePlan, loadPlan } from '../../engines/flink/keep-plan.ts';
import type { PreparedScript } from '../../engines/flink/prepare-script.ts';
import type { GatewaySession } from '../../engines/flink/sql-gateway.ts';
import type { SnapshotRow } from '../catalogue.ts';
import type { OperatorFate } from '../compare-operators.ts';
import type { SnapshotContext } from '../context.ts';
import { foldersOf } from '../job-folders.ts';
import type { FlinkInspection, FlinkOperator } from './inspect-metadata.ts';

export interface PlannedStart {
  readonly job: Prisma.JobGetPayload<Record<string, never>>;
  readonly options: JobOptions;
  readonly row: SnapshotRow | null;
  readonly content: FlinkInspection | null;
  readonly script: PreparedScript;
  readonly version: string;
}

/** Null: the snapshot was made without a plan, or its plan is not there. */
export async function fatesByPlan(context: SnapshotContext, session: GatewaySession, start: PlannedStart): Promise<OperatorFate[] | null> {
  const { job, options, row, content, script, version } = start;
  if (!content || !row || row.runNumber === null) return null;
  const run = await context.database.run.findUnique({ where: { jobId_number: { jobId: job.id, number: row.runNumber } } });
  const { objectStore } = context.environment;
  const { plans } = foldersOf(objectStore, job, options.bucket);
  const kept = run ? await loadPlan(context.store, `${plans}/${run.id}.json`) : null;
  if (!kept) return null;
  const text = [version, ...script.declarations.map((one) => one.sql), script.submission].join('\n;\n');
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const compiled = await compilePlan(session, context.store, { store: objectStore.spec, uri: `${plans}/preview-${name}.json`, script });
  if (typeof compiled === 'string') return null;
  return fatesOf(content, keepNumbers(compiled, kept), options.parallelism);
}

export function fatesOf(content: FlinkInspection, plan: CompiledPlan, parallelism: number): OperatorFate[] {
  const numbers = new Set(plan.nodes.map((node) => node.id));
  const stateful = content.operators.filter((one) => one.isStateful);
  const held = new Set(content.operators.flatMap((one) => nodeOfUid(one.uid) ?? []));
  const begun = nodesWithout(plan, held).map((node): OperatorFate => {
    const base = { uid: String(node.number), description: node.description, stateBytes: null, stateRecords: null };
    return { ...base, fate: 'new', ...noted(say('said.operator.new')) };
  });
  return [...stateful.map((one) => fateOf(one, numbers, parallelism)), ...begun];
}

const noted = (said: Said) => ({ note: inEnglish([said]), said });

function fateOf(operator: FlinkOperator, numbers: ReadonlySet<number>, parallelism: number): OperatorFate {
  const number = nodeOfUid(operator.uid);
  const base = {
    uid: operator.uid ?? operator.id,
    description: operator.name ?? operator.id,
    stateBytes: operator.stateBytes,
    stateRecords: null,
  };
  if (number === null || !numbers.has(number)) return { ...base, fate: 'dropped', ...noted(say('said.operator.dropped')) };
  if (parallelism > operator.maxParallelism) {
    const reason = `its state is split into ${operator.maxParallelism} parts, so its parallelism may be ${operator.maxParallelism} at most.`;
    return { ...base, fate: 'incompatible', ...noted(say('said.operator.incompatible', { reason })) };
  }
  if (operator.parallelism !== parallelism && operator.bytes.managedKeyed > 0) {
    return { ...base, fate: 'rescaled', ...noted(say('said.operator.rescaled', { from: operator.parallelism, to: parallelism })) };
  }
  return { ...base, fate: 'kept', note: '', said: null };
}
