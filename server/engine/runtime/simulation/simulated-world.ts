/**
 * The world outside a simulated job, which outlives the job's death: an object store, input splits, and a transactional store that sinks write to.
 *
 * Every effect of a job on this world is numbered as it happens. A fault names one of them: the job dies just before the effect or just after
 * it (applied, but the answer never arrives). From then on nothing of that life reaches the world: its calls never return.
 */
import type { RandomSource } from '../../../effects/random.ts';
import type { SimulatedTime } from '../../../effects/scheduler-simulated.ts';
import type { ObjectStore } from '../../../storage/contract.ts';
import { MemoryObjectStore } from '../../../storage/memory-store.ts';

export interface Fault {
  /** Number of the effect, from 0. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** One life of the job: from its start to its death or end. */
export interface Life {
  readonly effect: <T>(name: string, action: () => Promise<T>) => Promise<T>;
  readonly isDead: () => boolean;
  /** Names of the effects so far. */
  readonly trace: readonly string[];
  readonly die: () => void;
}

export function beginLife(fault: Fault | null, time: SimulatedTime): Life {
  const trace: string[] = [];
  let dead = false;
  const never = () => new Promise<never>(() => {});
  return {
    trace,
    isDead: () => dead,
    die: () => {
      dead = true;
    },
    async effect(name, action) {
      if (dead) return never();
      await time.scheduler.yieldTurn();
      if (dead) return never();
      const number = trace.push(name) - 1;
      if (fault?.at === number && fault.when === 'before') dead = true;
      if (dead) return never();
      const result = await action();
      if (fault?.at === number) dead = true;
      if (dead) return never();
      await time.scheduler.yieldTurn();
      return dead ? never() : result;
    },
  };
}

/** The store as one life sees it; `faults` may make single operations fail. */
export function storeOfLife(
  store: ObjectStore,
  life: Life,
  fail: (operation: string, key: string) => Error | null = () => null,
): ObjectStore {
  const through = <T>(operation: string, key: string, action: () => Promise<T>): Promise<T> =>
    life.effect(`${operation} ${key}`, async () => {
      const failure = fail(operation, key);
      if (failure) throw failure;
      return action();
    });
  return {
    description: store.description,
    hasConditionalCreate: store.hasConditionalCreate,
    put: (ref, body) => through('put', ref.key, () => store.put(ref, body)),
    putIfAbsent: (ref, body) => through('put', ref.key, () => store.putIfAbsent(ref, body)),
    get: (ref, range) => through('get', ref.key, () => store.get(ref, range)),
    head: (ref) => through('head', ref.key, () => store.head(ref)),
    list: (bucket, prefix, options) => through('list', prefix, () => store.list(bucket, prefix, options)),
    delete: (ref) => through('delete', ref.key, () => store.delete(ref)),
    listBuckets: () => store.listBuckets(),
    ensureBucket: (bucket) => store.ensureBucket(bucket),
    startMultipart: (ref) => store.startMultipart(ref),
    putPart: (upload, body) => store.putPart(upload, body),
    completeMultipart: (upload) => store.completeMultipart(upload),
    abortMultipart: (upload) => store.abortMultipart(upload),
    listMultipart: (bucket, prefix) => store.listMultipart(bucket, prefix),
  };
}

export interface World {
  readonly store: MemoryObjectStore;
  readonly random: RandomSource;
  readonly time: SimulatedTime;
  /** Rows of each input table by split. */
  readonly inputs: ReadonlyMap<string, readonly (readonly bigint[])[][]>;
  /** Staged and committed transactions: rows as `kind,key,value`. */
  readonly staged: Map<string, readonly string[]>;
  readonly committed: Map<string, readonly string[]>;
}

export function createWorld(random: RandomSource, time: SimulatedTime, inputs: World['inputs']): World {
  return { store: new MemoryObjectStore(time.clock), random, time, inputs, staged: new Map(), committed: new Map() };
}

/** All committed rows, sorted. */
export function committedRows(world: World): string[] {
  return [...world.committed.values()].flat().sort();
}

/** What is left when the changes are applied, whatever their order: `key,value` -> how often, zeros left out. */
export function committedTable(world: World): Map<string, number> {
  const table = new Map<string, number>();
  for (const row of [...world.committed.values()].flat()) {
    const comma = row.indexOf(',');
    const sign = row.startsWith('+') ? 1 : -1;
    const key = row.slice(comma + 1);
    table.set(key, (table.get(key) ?? 0) + sign);
  }
  for (const [key, count] of table) if (count === 0) table.delete(key);
  return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}
