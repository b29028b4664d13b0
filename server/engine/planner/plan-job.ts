/**
 * Bound INSERTs to the nodes of one physical plan: conditions down, unneeded columns away, operators chosen, equal parts shared. It is
 * built twice: first with all watermarks, then only with those that an operator above needs, so that sources read no column for nothing.
 */
import { SqlError } from '../sql/problem.ts';
import type { BoundInsert } from './bind-insert.ts';
import { buildPhysical } from './build-physical.ts';
import { INSERT_ONLY } from './changelog.ts';
import { normalisePaths } from './column-paths.ts';
import { type FinishedPlan, finishPlan } from './finish-plan.ts';
import { durationSetting } from './job-options.ts';
import type { ColumnPath, Logical, LogicalScan } from './logical-plan.ts';
import { type Draft, DraftPlan } from './physical-draft.ts';
import type { ChangelogMode, PlanNode } from './physical-plan.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushFilters } from './push-filters.ts';
import { pathField, type ScanSettings, scanNeeds } from './scan-draft.ts';
import type { PlannerSession } from './session.ts';
import { addSink, checkSinkChanges, isUpsertSink } from './sink-draft.ts';
import { neededWatermarks } from './watermark-need.ts';

/** Throws SqlError. */
export function planJob(inserts: readonly BoundInsert[], session: PlannerSession): readonly PlanNode[] {
  const settings = session.effectiveSettings();
  const scan: ScanSettings = {
    watermarkIntervalMs: durationSetting(settings, 'pipeline.auto-watermark-interval', 200),
    idleTimeoutMs: durationSetting(settings, 'table.exec.source.idle-timeout', 0),
    watermarked: null,
  };
  const queries = inserts.map((insert) => pushFilters(insert.query));
  const first = buildJob(inserts, queries, scan, settings);
  // A preview shows the watermark whether the query asks for it or not.
  const watermarked = session.isPreview ? null : neededWatermarks(first.plan, first.sinks, first.scanDigests);
  const job = buildJob(inserts, queries, { ...scan, watermarked }, settings);
  for (const [id, { mode, from }] of job.finished.intoSink) {
    const insert = inserts[job.sinks.indexOf(id)];
    checkSinkChanges(insert.sink, mode, from, insert.span);
  }
  return job.finished.nodes;
}

interface BuiltJob {
  readonly plan: DraftPlan;
  readonly sinks: readonly number[];
  readonly finished: FinishedPlan;
  /** Scan digest by the id of its watermark draft. */
  readonly scanDigests: ReadonlyMap<string, string>;
}

function buildJob(
  inserts: readonly BoundInsert[],
  queries: readonly Logical[],
  scan: ScanSettings,
  settings: Readonly<Record<string, string>>,
): BuiltJob {
  const plan = new DraftPlan();
  const pruned = pruneJob(queries, scan);
  const bySink = new Map<number, BoundInsert>();
  const sinks = pruned.queries.map((query, i) => {
    const id = addSink(plan, inserts[i], buildPhysical(query, plan, scan), settings);
    bySink.set(id, inserts[i]);
    return id;
  });
  if (bySink.size !== sinks.length)
    throw new SqlError('The same INSERT stands in the script twice.', inserts[sinks.findIndex((id, i) => sinks.indexOf(id) !== i)].span);
  const sources = new Map(pruned.scans.map((s) => [JSON.stringify(s.source.table.plan), s]));
  const sourceMode = (draft: Draft): ChangelogMode => {
    if (draft.payload.kind !== 'source') return INSERT_ONLY;
    return sources.get(JSON.stringify(draft.payload.table))?.source.facts.sourceChangelog ?? INSERT_ONLY;
  };
  const finished = finishPlan({
    plan,
    sinks,
    sourceMode,
    sinkNeedsBefore: (draft) => !isUpsertSink((bySink.get(draft.id) as BoundInsert).sink),
    stateTtlMs: durationSetting(settings, 'table.exec.state.ttl', 0),
  });
  const scanDigests = new Map(pruned.scans.map((s) => [JSON.stringify(s.source.table.plan), s.digest]));
  return { plan, sinks, finished, scanDigests };
}

/** All scans of one table read the same: the union of what each query needs. */
function pruneJob(
  queries: readonly Logical[],
  settings: ScanSettings,
): { readonly queries: readonly Logical[]; readonly scans: readonly LogicalScan[] } {
  const needed = new Map<string, ColumnPath[]>();
  const scans = new Map<string, LogicalScan>();
  for (const query of queries) {
    pruneColumns(query, (scan, paths) => {
      const known = needed.get(scan.digest) ?? [...scanNeeds(scan, settings)];
      needed.set(scan.digest, [...known, ...paths]);
      scans.set(scan.digest, scan);
      return prunedScan(scan, paths);
    });
  }
  const final = new Map([...needed].map(([digest, paths]) => [digest, normalisePaths(paths)]));
  const prunedQueries = queries.map((query) =>
    pruneColumns(query, (scan) => prunedScan(scan, final.get(scan.digest) as readonly ColumnPath[])),
  );
  return { queries: prunedQueries, scans: [...scans.values()] };
}

function prunedScan(
  scan: LogicalScan,
  paths: readonly ColumnPath[],
): { readonly node: LogicalScan; readonly paths: readonly ColumnPath[] } {
  if (scan.source.facts.sourceChangelog === null) {
    const { table } = scan.source;
    throw new SqlError(
      `'${table.name}' cannot be read: its connector '${scan.source.connector.name}' is a sink only.`,
      table.statement.name,
    );
  }
  return { node: { ...scan, paths, schema: paths.map((path) => pathField(scan, path)) }, paths };
}
