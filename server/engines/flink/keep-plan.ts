/**
 * The compiled plan of a run: made by the SQL Gateway in the job's plan folder, given the numbers of the plan that the restored snapshot was made with, and
 * then executed. A snapshot that was made without a plan is restored without one: its operators are known by their place in the graph. Where
 * the gateway cannot write the folder a fresh start goes on without a plan.
 */
import type { RunSpec } from '../../engine/runtime/wire.ts';
import { inspectSnapshot } from '../../snapshots/inspect-snapshot.ts';
import { folderAt } from '../../snapshots/snapshot-place.ts';
import { type ObjectStore, StoreError } from '../../storage/contract.ts';
import { parseObjectUri } from '../../storage/object-key.ts';
import { FlinkRefusal } from './cluster.ts';
import { type CompiledPlan, keepNumbers, nodeOfUid, readPlan, writePlan } from './compiled-plan.ts';
import { toFlinkUri } from './flink-paths.ts';
import { isBefore } from './handshake.ts';
import type { PreparedScript } from './prepare-script.ts';
import type { GatewaySession } from './sql-gateway.ts';

/** First version whose snapshots hold uids, so that a plan can be compared with them. */
const OLDEST_WITH_PLANS = '2.0';

export type PlanUse =
  | { readonly kind: 'plan'; readonly statement: string }
  /** The INSERTs are submitted themselves. `why` is for the log. */
  | { readonly kind: 'none'; readonly why: string };

export interface PlanFacts {
  readonly spec: Pick<RunSpec, 'runId' | 'restoreFrom' | 'store' | 'flink'>;
  readonly script: PreparedScript;
  readonly version: string;
}

/** Throws FlinkRefusal when a snapshot with uids is to be restored and the plan cannot be made. */
export async function keepPlan(session: GatewaySession, store: ObjectStore, { spec, script, version }: PlanFacts): Promise<PlanUse> {
  const folder = spec.flink?.planFolder ?? null;
  if (folder === null || isBefore(version, OLDEST_WITH_PLANS))
    return { kind: 'none', why: `Flink ${version} keeps no uids in its snapshots.` };
  const isRestoring = spec.restoreFrom !== null;
  if (spec.restoreFrom !== null && !(await hasUids(store, spec.restoreFrom)))
    return { kind: 'none', why: 'The snapshot was made without a plan.' };
  const uri = `${folder}/${spec.runId}.json`;
  const compiled = await compilePlan(session, store, { store: spec.store, uri, script });
  if (typeof compiled === 'string') {
    if (isRestoring) throw new FlinkRefusal(500, `The plan that keeps the state of the snapshot cannot be made: ${compiled}`, '');
    return { kind: 'none', why: `The plan is not kept: ${compiled}` };
  }
  const former = spec.flink?.restorePlan ?? null;
  const kept = former === null ? null : await loadPlan(store, former);
  if (kept) await store.put(refOf(uri), writePlan(keepNumbers(compiled, kept)));
  return { kind: 'plan', statement: `EXECUTE PLAN '${placeOf(spec.store, uri)}'` };
}

export interface CompileRequest {
  readonly store: RunSpec['store'];
  readonly uri: string;
  readonly script: PreparedScript;
}

/** The plan, made unless it is there already; a sentence when it cannot be made or read back. */
export async function compilePlan(session: GatewaySession, store: ObjectStore, request: CompileRequest): Promise<CompiledPlan | string> {
  const { uri, script } = request;
  const of = script.insertCount > 1 ? script.submission.replace(/^EXECUTE /, '') : script.submission;
  try {
    await session.run(`COMPILE PLAN '${placeOf(request.store, uri)}' IF NOT EXISTS FOR ${of}`);
  } catch (error) {
    if (error instanceof FlinkRefusal) return error.message;
    throw error;
  }
  return (await loadPlan(store, uri)) ?? 'The SQL Gateway writes to another place than the object store of this console.';
}

/** Null: there is none, or it is no plan. */
export async function loadPlan(store: ObjectStore, uri: string): Promise<CompiledPlan | null> {
  try {
    return readPlan(await store.get(refOf(uri)));
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'bucket-not-found')) return null;
    throw error;
  }
}

async function hasUids(store: ObjectStore, snapshot: string): Promise<boolean> {
  const inspected = await inspectSnapshot(folderAt(store, snapshot));
  return (
    inspected.kind === 'flink' &&
    inspected.content.kind === 'flink' &&
    inspected.content.operators.some((one) => nodeOfUid(one.uid) !== null)
  );
}

function refOf(uri: string) {
  const place = parseObjectUri(uri);
  if (place.kind === 'invalid') throw new Error(`the plan's place ${uri} is no object: ${place.message}`);
  return { bucket: place.bucket, key: place.key };
}

function placeOf(store: RunSpec['store'], uri: string): string {
  const place = toFlinkUri(store, uri);
  if (place === null) throw new Error(`the plan's place ${uri} is no object`);
  return place;
}
