/**
 * What becomes of each operator's state of a Flink snapshot. Flink matches operators by id: from a uid, or from the shape of the graph. With the SQL
 * that made the snapshot the graph is the same one; with other SQL only Flink's own planner knows, so it is said that it may not match.
 */
import { createHash } from 'node:crypto';
import { inEnglish, say } from '../../contract/said.ts';
import type { Manifest } from '../../engine/checkpoint/manifest.ts';
import type { NodeOf, PhysicalPlan } from '../../engine/planner/physical-plan.ts';
import { fillInSql } from '../../variables/fill-in.ts';
import { variablesOfRun } from '../../variables/read-variables.ts';
import type { SnapshotRow } from '../catalogue.ts';
import type { OperatorFate } from '../compare-operators.ts';
import type { SnapshotContext } from '../context.ts';
import type { FlinkInspection, FlinkOperator } from './inspect-metadata.ts';

/** `sql`: with the values of global variables. `row.jobVersion` null: imported, so nothing is known of what made it. */
export async function flinkFates(
  context: SnapshotContext,
  content: FlinkInspection,
  row: SnapshotRow,
  sql: string,
  parallelism: number,
): Promise<OperatorFate[]> {
  const isSame = await isOfSameSql(context, row, sql);
  return content.operators.filter((one) => one.isStateful).map((one) => fateOf(one, isSame, parallelism));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function isOfSameSql(context: SnapshotContext, row: SnapshotRow, sql: string): Promise<boolean> {
  if (row.jobVersion === null) return false;
  const version = await context.database.jobVersion.findUnique({ where: { jobId_number: { jobId: row.jobId, number: row.jobVersion } } });
  if (version === null) return false;
  const where = { jobId_number: { jobId: row.jobId, number: row.runNumber ?? 0 } };
  const run = await context.database.run.findUnique({ where, select: { variablesJson: true } });
  const made = fillInSql(version.sql, run ? variablesOfRun(run) : {});
  return made.kind === 'filled' && sha256(made.sql) === sha256(sql);
}

function fateOf(operator: FlinkOperator, isSame: boolean, parallelism: number): OperatorFate {
  const base = {
    uid: operator.uid ?? operator.id,
    description: operator.name ?? operator.id,
    stateBytes: operator.stateBytes,
    stateRecords: null,
  };
  if (!isSame) {
    const said = say('said.operator.flinkUnsure');
    return { ...base, fate: 'changed', note: inEnglish([said]), said };
  }
  if (operator.parallelism !== parallelism && operator.bytes.managedKeyed > 0) {
    const said = say('said.operator.rescaled', { from: operator.parallelism, to: parallelism });
    return { ...base, fate: 'rescaled', note: inEnglish([said]), said };
  }
  return { ...base, fate: 'kept', note: '', said: null };
}

/** Positions of the snapshot under the source tables of a plan, by topic: both name a split `<topic>-<partition>`. */
export function positionsFor(content: FlinkInspection, plan: PhysicalPlan): Pick<Manifest, 'sources' | 'jobId' | 'generation'> {
  const sources = plan.nodes.filter((node): node is NodeOf<'source'> => node.kind === 'source');
  return {
    // It names neither job nor generation: the run is told by the catalogue's row.
    jobId: '',
    generation: -1,
    sources: sources.map((node) => {
      const topics = new Set((node.table.options.topic ?? '').split(';').map((topic) => topic.trim()));
      const splits = content.kafkaPositions
        .filter(({ topic }) => topics.has(topic))
        .map(({ topic, partition, next }) => ({ split: `${topic}-${partition}`, position: { offset: String(next) } }));
      return { operatorUid: node.uid, table: node.table.name, connector: node.table.connector, splits };
    }),
  };
}
