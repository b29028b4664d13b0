/**
 * Keyed state of the embedded engine and its checkpoint, without a job around it: the aggregate of
 * `SELECT k, COUNT(*), SUM(v), MAX(v) … GROUP BY k` with --keys keys, frozen and stored in a local object store while rows of random keys go on.
 *
 *   state --keys N [--times T]
 *
 * A line each checkpoint: `seconds` from the barrier until all parts are stored, read back and named by a manifest; `bytes` what was stored;
 * `stallMsP99` of the time that one batch of 2048 rows has to wait meanwhile for the barrier, the copies of what it changes and the writer
 * (the batch itself included; `batchMsP50` is that of a batch in peace); `restoreSeconds` reading the snapshot back into a new operator.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../server/effects/random.ts';
import { systemScheduler } from '../server/effects/scheduler.ts';
import type { ManifestTable } from '../server/engine/checkpoint/manifest.ts';
import type { SnapshotFolder } from '../server/engine/checkpoint/snapshot-folder.ts';
import { readManifest, visitState } from '../server/engine/checkpoint/snapshot-reader.ts';
import { storeManifest, writeParts } from '../server/engine/checkpoint/snapshot-writer.ts';
import { CONNECTOR_NAMES, connectorOf } from '../server/engine/connectors/registry.ts';
import type { Operator } from '../server/engine/operators/contract.ts';
import { createOperator } from '../server/engine/operators/create-operator.ts';
import type { PhysicalPlan, PlanNode } from '../server/engine/planner/physical-plan.ts';
import { planScript } from '../server/engine/planner/plan-script.ts';
import { assembleManifest } from '../server/engine/runtime/assemble-manifest.ts';
import type { RunSpec } from '../server/engine/runtime/wire.ts';
import type { OperatorStateStore } from '../server/engine/state/contract.ts';
import { MemoryBudget } from '../server/engine/state/memory-budget.ts';
import { createOperatorState } from '../server/engine/state/operator-state.ts';
import { BATCH_ROWS_MAX, type Batch } from '../server/engine/types/batch.ts';
import { BatchBuilder } from '../server/engine/types/batch-builder.ts';
import { LocalObjectStore } from '../server/storage/local-store.ts';
import type { Emit } from './record.ts';
import { percentile } from './statistics.ts';

const SQL = `CREATE TABLE events (k BIGINT, v BIGINT) WITH ('connector' = 'datagen');
CREATE TABLE totals (k BIGINT, c BIGINT, s BIGINT, m BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT k, COUNT(*), SUM(v), MAX(v) FROM events GROUP BY k;`;
/** As a subtask: so long without giving the event loop, and with it the writer, its turn. */
const TURN_MS = 8;
const PEACEFUL_BATCHES = 500;

interface Aggregate {
  readonly operator: Operator;
  readonly state: OperatorStateStore;
}

function planAggregate(): { readonly plan: PhysicalPlan; readonly node: PlanNode; readonly input: PlanNode } {
  const outcome = planScript({
    sql: SQL,
    settings: {},
    connectorOf,
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'refuse',
    allowLocalFiles: true,
  });
  if (outcome.kind === 'refused') throw new Error(outcome.problems.map((problem) => problem.message).join(' '));
  const { plan } = outcome;
  const node = plan.nodes.find((one) => one.kind === 'groupAggregate') as PlanNode;
  return { plan, node, input: plan.nodes.find((one) => one.id === node.inputs[0]) as PlanNode };
}

function newState(uid: string, keyGroups: number): OperatorStateStore {
  const budget = new MemoryBudget(Number.MAX_SAFE_INTEGER);
  return createOperatorState({ uid, keyGroups, firstGroup: 0, lastGroup: keyGroups - 1, nowMs: () => Date.now(), budget });
}

function open(node: PlanNode, input: PlanNode, state: OperatorStateStore): Aggregate {
  const functions = { timeZone: 'UTC', currentTimeMs: () => Date.now(), random: () => Math.random(), currentWatermarkMs: () => null };
  const operator = createOperator(node, [input.schema], functions);
  operator.open({
    uid: node.uid,
    subtask: 0,
    parallelism: 1,
    state,
    output: { emit: () => {}, emitWatermark: () => {}, emitIdle: () => {} },
    time: { nowMs: () => Date.now(), registerTimer: () => {} },
    timeZone: 'UTC',
    metrics: { lateRowsDropped: () => {} },
    restoredWatermarkMs: null,
  });
  return { operator, state };
}

/** Batches of two columns: every key once in order, then keys at random for ever. */
function batches(input: PlanNode, keys: number): { inOrder(from: number): Batch; atRandom(): Batch } {
  const random = seededRandom(keys);
  const builder = new BatchBuilder(input.schema);
  const fill = (rows: number, keyOf: (row: number) => number) => {
    builder.reset();
    for (let row = 0; row < rows; row++) {
      builder.setBigInt(0, BigInt(keyOf(row)));
      builder.setBigInt(1, BigInt(row));
      builder.endRow();
    }
    return builder.finish();
  };
  return {
    inOrder: (from) => fill(Math.min(BATCH_ROWS_MAX, keys - from), (row) => from + row),
    atRandom: () => fill(BATCH_ROWS_MAX, () => Math.floor(random.next() * keys)),
  };
}

/** Time of each batch, ms, from the end of the one before (or from its own begin after a turn without other work). */
async function keepBusy(aggregate: Aggregate, next: () => Batch, isOver: (done: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  let turn = performance.now();
  for (let done = 0; !isOver(done); done++) {
    const batch = next();
    const begin = performance.now();
    let waited = 0;
    if (begin - turn >= TURN_MS) {
      await systemScheduler.yieldTurn();
      turn = performance.now();
      waited = turn - begin;
    }
    const start = performance.now();
    aggregate.operator.process(batch, 0);
    times.push(performance.now() - start + waited);
  }
  return times;
}

async function takeCheckpoint(aggregate: Aggregate, plan: PhysicalPlan, node: PlanNode, folder: SnapshotFolder, id: number) {
  aggregate.operator.snapshot?.();
  const frozen = aggregate.state.freeze();
  const snapshot = {
    checkpointId: id,
    task: 0,
    subtask: 0,
    operators: [{ uid: node.uid, subtask: 0, ...frozen, watermarkMs: null, positions: null, committables: null }],
    recordsIn: 0,
    recordsOut: 0,
    release: () => {
      for (const table of frozen.tables) table.release();
    },
  };
  const { signal } = new AbortController();
  const tables = await writeParts([snapshot], { folder, attempt: 'bench', scheduler: systemScheduler, signal });
  const outcome = await storeManifest(folder, manifestOf(plan, id, tables));
  if (outcome.kind !== 'stored') throw new Error('the manifest could not be stored');
  snapshot.release();
  return tables;
}

function manifestOf(plan: PhysicalPlan, checkpointId: number, tables: readonly ManifestTable[]) {
  const spec = { jobId: 'bench', jobName: 'bench', generation: 1, parallelism: 1, sql: SQL } as RunSpec;
  const request = { kind: 'checkpoint', trigger: 'periodic', holdsSources: false, commits: true, folderFor: null } as const;
  return assembleManifest({
    spec,
    plan,
    keyGroups: plan.keyGroups,
    attempt: 'bench',
    request,
    checkpointId,
    createdMs: Date.now(),
    durationMs: 0,
    snapshots: [],
    tables,
  });
}

async function restore(node: PlanNode, input: PlanNode, keyGroups: number, folder: SnapshotFolder): Promise<Aggregate> {
  const state = newState(node.uid, keyGroups);
  const manifest = await readManifest(folder);
  await visitState(folder, manifest, ({ table, formatVersion, layout, group, bytes }) =>
    state.load(table, formatVersion, layout, group, bytes),
  );
  return open(node, input, state);
}

export async function run(args: string[], emit: Emit): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { keys: { type: 'string', default: '1000000' }, times: { type: 'string', default: '3' } },
  });
  const [keys, times] = [Number(values.keys), Number(values.times)];
  if (!Number.isInteger(keys) || keys < 1) throw new Error(`--keys takes a whole number from 1, not ${values.keys}.`);
  const { plan, node, input } = planAggregate();
  const source = batches(input, keys);
  const aggregate = open(node, input, newState(node.uid, plan.keyGroups));
  for (let from = 0; from < keys; from += BATCH_ROWS_MAX) aggregate.operator.process(source.inOrder(from), 0);
  const peaceful = await keepBusy(aggregate, source.atRandom, (done) => done >= PEACEFUL_BATCHES);
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-state-'));
  const store = new LocalObjectStore(scratch);
  try {
    await store.ensureBucket('state');
    for (let id = 1; id <= times; id++) {
      const folder: SnapshotFolder = { store, bucket: 'state', prefix: `chk-${id}/`, uri: `obs://state/chk-${id}` };
      const began = performance.now();
      let seconds: number | null = null;
      const taking = takeCheckpoint(aggregate, plan, node, folder, id).then((tables) => {
        seconds = (performance.now() - began) / 1000;
        return tables;
      });
      const barrierMs = performance.now() - began;
      const stalls = await keepBusy(aggregate, source.atRandom, () => seconds !== null);
      const tables = await taking;
      const bytes = new Map(tables.flatMap((table) => table.parts.map(({ part }) => [part.path, part.size] as const)));
      const restoring = performance.now();
      const restored = await restore(node, input, plan.keyGroups, folder);
      const restoreSeconds = (performance.now() - restoring) / 1000;
      if (restored.state.stateRecords() !== keys) throw new Error(`${restored.state.stateRecords()} keys came back instead of ${keys}`);
      emit({
        suite: 'state',
        keys,
        checkpoint: 'full',
        seconds: Number((seconds ?? 0).toFixed(3)),
        bytes: [...bytes.values()].reduce((sum, size) => sum + size, 0),
        stallMsP99: percentile([barrierMs, ...stalls], 0.99),
        restoreSeconds: Number(restoreSeconds.toFixed(3)),
        batchMsP50: percentile(peaceful, 0.5),
        stateBytes: aggregate.state.stateBytes(),
      });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
