/** The manifest of a snapshot, from what the subtasks handed over. */
import { createHash } from 'node:crypto';
import type { SnapshotRequest } from '../checkpoint/coordinator.ts';
import { MANIFEST_VERSION, type Manifest, type ManifestTable } from '../checkpoint/manifest.ts';
import type { OperatorSnapshot, SubtaskSnapshot } from '../checkpoint/subtask-snapshot.ts';
import type { NodeOf, PhysicalPlan } from '../planner/physical-plan.ts';
import { HASH_VERSION } from '../state/hash.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { RunSpec } from './wire.ts';

export interface SnapshotFacts {
  readonly spec: RunSpec;
  readonly plan: PhysicalPlan;
  readonly keyGroups: number;
  readonly attempt: string;
  readonly request: SnapshotRequest;
  readonly checkpointId: number;
  readonly createdMs: number;
  readonly durationMs: number;
  readonly snapshots: readonly SubtaskSnapshot[];
  readonly tables: readonly ManifestTable[];
}

export function assembleManifest(facts: SnapshotFacts): Manifest {
  const { spec, plan, snapshots, tables } = facts;
  const byUid = new Map<string, OperatorSnapshot[]>();
  for (const snapshot of snapshots) {
    for (const operator of snapshot.operators) byUid.set(operator.uid, [...(byUid.get(operator.uid) ?? []), operator]);
  }
  const sources = plan.nodes.filter((node) => node.kind === 'source' || node.kind === 'values');
  const sinks = plan.nodes.filter((node): node is NodeOf<'sink'> => node.kind === 'sink');
  const parts = new Map(tables.flatMap((table) => table.parts.map(({ part }) => [part.path, part.size] as const)));
  return {
    version: MANIFEST_VERSION,
    kind: facts.request.kind,
    trigger: facts.request.trigger,
    jobId: spec.jobId,
    jobName: spec.jobName,
    checkpointId: facts.checkpointId,
    generation: spec.generation,
    attempt: facts.attempt,
    createdMs: facts.createdMs,
    durationMs: Math.round(facts.durationMs),
    engine: 'embedded',
    engineVersion: ENGINE_VERSION,
    parallelism: spec.parallelism,
    keyGroups: facts.keyGroups,
    hashVersion: HASH_VERSION,
    sqlSha256: createHash('sha256').update(spec.sql).digest('hex'),
    sql: spec.sql,
    plan,
    sources: sources.map((node) => ({
      operatorUid: node.uid,
      table: node.kind === 'source' ? node.table.name : 'VALUES',
      connector: node.kind === 'source' ? node.table.connector : 'values',
      splits: (byUid.get(node.uid) ?? []).flatMap((operator) => operator.positions ?? []),
    })),
    sinks: sinks.map((node) => ({
      operatorUid: node.uid,
      table: node.table.name,
      connector: node.table.connector,
      committables: (byUid.get(node.uid) ?? []).flatMap((operator) => operator.committables ?? []),
    })),
    watermarks: watermarksOf(byUid),
    tables,
    operatorValues: [...byUid].flatMap(([operatorUid, operators]) =>
      operators
        .filter((operator) => Object.keys(operator.values).length > 0)
        .map((operator) => ({ operatorUid, subtask: operator.subtask, values: operator.values })),
    ),
    totalBytes: [...parts.values()].reduce((sum, size) => sum + size, 0),
    recordsIn: snapshots.reduce((sum, snapshot) => sum + snapshot.recordsIn, 0),
    recordsOut: snapshots.reduce((sum, snapshot) => sum + snapshot.recordsOut, 0),
  };
}

/** Minimum over subtasks; left out while one of them has none. */
function watermarksOf(byUid: ReadonlyMap<string, readonly OperatorSnapshot[]>): Record<string, string> {
  const watermarks: Record<string, string> = {};
  for (const [uid, operators] of byUid) {
    const values = operators.map((operator) => operator.watermarkMs);
    if (!values.includes(null)) watermarks[uid] = String(Math.min(...(values as number[])));
  }
  return watermarks;
}
