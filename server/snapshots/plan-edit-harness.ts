/** For tests of edited jobs: runs a script over rows at hand until it has read them, stops it with a savepoint, and reads the state back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import { readManifest, visitState } from '../engine/checkpoint/snapshot-reader.ts';
import type { Connector, SourceReader, TableFacts } from '../engine/connectors/contract.ts';
import type { ChangelogMode, PhysicalPlan, PlanTable, TableColumnRead } from '../engine/planner/physical-plan.ts';
import { planScript } from '../engine/planner/plan-script.ts';
import { createJob } from '../engine/runtime/job.ts';
import type { JobEnd } from '../engine/runtime/job-contract.ts';
import { createLocator } from '../engine/runtime/locate-folder.ts';
import { createRunEnvironment } from '../engine/runtime/run-environment.ts';
import type { RunSpec } from '../engine/runtime/wire.ts';
import { ByteReader } from '../engine/state/byte-stream.ts';
import { readGroup, readLayout, type TableLayout } from '../engine/state/table-format.ts';
import { BatchBuilder } from '../engine/types/batch-builder.ts';
import { valueAt } from '../engine/types/row-access.ts';
import type { Value } from '../engine/types/value.ts';
import { LocalObjectStore } from '../storage/local-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-edits-'));

export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}

const MODES: Readonly<Record<string, ChangelogMode>> = {
  append: { insert: true, updateBefore: false, updateAfter: false, delete: false },
  changes: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  upserts: { insert: true, updateBefore: false, updateAfter: true, delete: true },
};

type Row = Readonly<Record<string, Value>>;
const at = (second: number): Value => BigInt(Date.UTC(2026, 0, 1, 0, 0, second));
const EVENT_ROWS: readonly Row[] = Array.from({ length: 12 }, (_, i) => ({
  id: i,
  user_id: i % 4,
  kind: `kind-${i % 3}`,
  qty: (i * 7) % 5,
  note: i % 5 === 0 ? null : `note ${i}`,
  ts: at(i),
}));
const ACCOUNT_ROWS: readonly Row[] = Array.from({ length: 9 }, (_, i) => ({
  acc: i,
  owner: `owner-${i % 4}`,
  branch: `branch-${i % 2}`,
  balance: i * 10,
  memo: `memo ${i}`,
}));
const INPUTS: Readonly<Record<string, readonly Row[]>> = { events: EVENT_ROWS, others: EVENT_ROWS, accounts: ACCOUNT_ROWS };

/** Hands its rows out once, then waits. */
function reader(table: PlanTable, reads: readonly TableColumnRead[]): SourceReader {
  const rows = INPUTS[table.name] as readonly Row[];
  const builder = new BatchBuilder(reads.map((read, i) => ({ name: `c${i}`, type: read.type })));
  let next = 0;
  return {
    async open(restored) {
      next = Number(restored?.[0]?.position.next ?? 0);
    },
    async poll() {
      if (next === rows.length) return { kind: 'idle', waitMs: 2 };
      for (; next < rows.length; next++) {
        reads.forEach((read, i) => {
          builder.setValue(i, (rows[next] as Row)[read.path[0] as string] as Value);
        });
        builder.endRow(0);
      }
      return { kind: 'batch', batch: builder.finish(0) };
    },
    positions: () => [{ split: '0', position: { next } }],
    async close() {},
  };
}

const rowsConnector: Connector = {
  name: 'rows',
  describe(table): TableFacts {
    const mode = MODES[table.options.mode as string] as ChangelogMode;
    return {
      problems: [],
      warnings: [],
      sourceChangelog: mode,
      sinkChangelog: mode,
      isBounded: false,
      hasSplitWatermarks: false,
      metadata: [],
      delivery: { guarantee: 'idempotent', why: '' },
      summary: 'rows',
    };
  },
  createReader: reader,
  createWriter: () => ({
    async open() {},
    write() {},
    ready: () => null,
    prepare: async () => [],
    async commit() {},
    async close() {},
  }),
};

export function planned(sql: string): PhysicalPlan {
  const outcome = planScript({
    sql,
    settings: {},
    connectorOf: (name) => (name === 'rows' ? rowsConnector : null),
    connectorNames: ['rows'],
    bareSelect: 'refuse',
    allowLocalFiles: true,
  });
  if (outcome.kind === 'refused') throw new Error(`${outcome.problems.map((p) => p.message).join(' ')}\n${sql}`);
  return outcome.plan;
}

let runs = 0;

/** Runs a script until it has read what there is, and stops it with a savepoint. */
export async function run(sql: string, plan: PhysicalPlan, restoreFrom: string | null): Promise<JobEnd> {
  const spec: RunSpec = {
    jobId: 'edited',
    jobName: 'edited',
    runId: `run${++runs}`,
    generation: runs,
    sql,
    settings: {},
    parallelism: 1,
    checkpoint: { isEnabled: false, intervalMs: 1e9, mode: 'exactly-once', timeoutMs: 60_000, retained: 1, directory: null },
    savepointDirectory: 'obs://bucket/savepoints',
    restoreFrom,
    allowNonRestoredState: true,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 2 ** 30,
    timeZone: 'UTC',
    store: { kind: 'local', root: join(folder, 'objects') },
    allowPrivateAddresses: false,
    allowLocalFiles: true,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
  };
  const environment = await createRunEnvironment(spec, { report: () => {}, print: () => {} });
  const job = createJob(spec, plan, { ...environment, connectorOf: () => rowsConnector, turnMs: 0 });
  const sources = plan.nodes.flatMap((node) => (node.kind === 'source' ? [node.table.name] : []));
  const expected = restoreFrom === null ? sources.reduce((sum, name) => sum + (INPUTS[name]?.length ?? 0), 0) : 0;
  const read = () => job.metrics().operators.reduce((sum, one) => sum + (one.kind === 'source' ? one.recordsOut : 0), 0);
  let end: JobEnd | null = null;
  void job.finished.then((ended) => {
    end = ended;
  });
  await job.start();
  while (end === null && read() < expected) await wait(1);
  if (end === null) await job.stop('savepoint', null);
  return job.finished;
}

export type Held = Readonly<Record<string, Value>>;

const locate = createLocator(new LocalObjectStore(join(folder, 'objects')));
export const manifestOf = async (path: string): Promise<Manifest> => readManifest(await locate(path));

/** Records of an operator by table: key columns by place, fields by digest. */
export async function stateOf(path: string, uid: string): Promise<ReadonlyMap<string, readonly Held[]>> {
  const at = await locate(path);
  const tables = new Map<string, Held[]>();
  await visitState(at, await readManifest(at), ({ operatorUid, table, formatVersion, layout, bytes }) => {
    if (operatorUid !== uid) return;
    const read = readLayout(layout, formatVersion, table);
    const records = layout.isSliced === true ? slicesOf(bytes, read) : recordsOf(bytes, read, {});
    tables.set(table, [...(tables.get(table) ?? []), ...records]);
  });
  return tables;
}

function slicesOf(bytes: Uint8Array, layout: TableLayout): Held[] {
  const reader = new ByteReader(bytes);
  const records: Held[] = [];
  for (let left = reader.i32(); left > 0; left--) {
    const end = reader.f64();
    records.push(...recordsOf(reader.sized(), layout, { end }));
  }
  return records;
}

function recordsOf(bytes: Uint8Array, layout: TableLayout, first: Held): Held[] {
  const group = readGroup(bytes, layout);
  const keys = [...layout.key, ...layout.subKey].map(({ type }, i) => ({ name: `key ${i}`, type }));
  const fields = [...keys, ...layout.fields.map(({ digest, type }) => ({ name: digest, type }))];
  return Array.from({ length: group.records }, (_, record) => ({
    ...first,
    ...Object.fromEntries(
      fields.map(({ name, type }, i) => [name, valueAt(group.columns[i] as (typeof group.columns)[number], record, type)]),
    ),
  }));
}
