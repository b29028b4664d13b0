/**
 * What a snapshot of the embedded engine can give to Apache Flink: the places of its Kafka sources, exactly, as offsets. That is all of a job
 * without state; a job that keeps more is not handed over. Protocol of a start on Flink from such a snapshot: what its sinks had prepared is
 * made visible (commitParts), then each Kafka table begins at its offsets. The snapshot stays the one the run was restored from until Flink
 * has made its own, so a run that fails before that begins at the same place.
 */
import { inEnglish, type Said, say } from '../../contract/said.ts';
import type { Manifest } from '../../engine/checkpoint/manifest.ts';
import type { PhysicalPlan, PlanNode } from '../../engine/planner/physical-plan.ts';
import type { TableOffsets } from '../../engine/runtime/wire.ts';
import { type OperatorFate, stateByOperator } from '../compare-operators.ts';

export type HandOver =
  | { readonly kind: 'offsets'; readonly offsets: TableOffsets }
  /** Something in it Flink cannot be given. */
  | { readonly kind: 'refused'; readonly reason: Said };

const SPLIT = /^(.+)-(\d+)$/;
/** Their values say how far event time has come, which a job without other state does not need. */
const CARRY_TIME_ONLY: ReadonlySet<PlanNode['kind']> = new Set(['source', 'watermark']);

export function handOver(manifest: Manifest): HandOver {
  const held = stateByOperator(manifest);
  const withValues = new Set(
    manifest.operatorValues.filter(({ values }) => Object.keys(values).length > 0).map(({ operatorUid }) => operatorUid),
  );
  for (const node of manifest.plan.nodes) {
    const records = held.get(node.uid)?.records ?? 0;
    if (records > 0) return refused(say('said.move.state', { operator: node.description, n: records }));
    if (withValues.has(node.uid) && !CARRY_TIME_ONLY.has(node.kind)) return refused(say('said.move.time', { operator: node.description }));
  }
  const tables = new Map<string, TableOffsets[string]>();
  for (const source of manifest.sources) {
    const place = placeOf(source);
    if ('code' in place) return refused(place);
    const other = tables.get(source.table);
    if (other && JSON.stringify(other) !== JSON.stringify(place)) return refused(say('said.move.twoPlaces', { table: source.table }));
    tables.set(source.table, place);
  }
  return { kind: 'offsets', offsets: Object.fromEntries(tables) };
}

const refused = (reason: Said): HandOver => ({ kind: 'refused', reason });

function placeOf({ table, connector, splits }: Manifest['sources'][number]): TableOffsets[string] | Said {
  if (connector !== 'kafka') return say('said.move.source', { table, connector });
  const offsets: [number, number][] = [];
  const topics = new Set<string>();
  for (const { split, position } of splits) {
    const [, topic, partition] = SPLIT.exec(split) ?? [];
    const offset = Number(position.offset);
    if (topic === undefined || position.offset == null || !Number.isSafeInteger(offset) || offset < 0)
      return say('said.move.noPlace', { table });
    if (position.stop != null) return say('said.move.bounded', { table });
    topics.add(topic);
    offsets.push([Number(partition), offset]);
  }
  const [topic] = topics;
  if (topic === undefined) return say('said.move.noPlace', { table });
  if (topics.size > 1) return say('said.move.topics', { table });
  return { topic, offsets: Object.fromEntries(offsets.sort(([a], [b]) => a - b)) };
}

/** What becomes of the places under the job's SQL as it is now; `plan` null: this engine does not plan it. */
export function fatesOfPlaces(manifest: Manifest, offsets: TableOffsets, plan: PhysicalPlan | null): OperatorFate[] {
  if (plan === null) return [];
  const tables = new Map(
    plan.nodes.flatMap((node) => (node.kind === 'source' ? [[node.table.name, node.table.options.topic ?? ''] as const] : [])),
  );
  return manifest.sources.map(({ operatorUid, table }) => {
    const said = tables.get(table) === offsets[table]?.topic ? say('said.operator.place') : say('said.operator.dropped');
    const fate = said.code === 'said.operator.place' ? 'kept' : 'dropped';
    return { uid: operatorUid, description: table, fate, stateBytes: null, stateRecords: null, note: inEnglish([said]), said };
  });
}
