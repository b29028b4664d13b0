import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchBuilder } from '../types/batch-builder.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { FrozenTable, OperatorStateStore, StateField, TableSpec } from './contract.ts';
import { groupRange, subtaskOf } from './key-groups.ts';
import type { KeyedTable } from './keyed-table.ts';
import { MemoryBudget } from './memory-budget.ts';
import { createOperatorState } from './operator-state.ts';
import { CREATE, FIND, FIND_FOR_WRITE } from './table-loops.ts';

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
const INT: SqlType = { kind: 'INT', nullable: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const LIST: SqlType = { kind: 'ARRAY', element: TEXT, nullable: true };
const field = (name: string, type: SqlType): StateField => ({ name, digest: name, type });

const SPEC: TableSpec = {
  name: 't',
  key: [
    { name: 'k', type: BIGINT },
    { name: 's', type: TEXT },
  ],
  subKey: [],
  fields: [
    field('sum', BIGINT),
    field('text', TEXT),
    field('double', { kind: 'DOUBLE', nullable: true }),
    field('flag', { kind: 'BOOLEAN', nullable: true }),
    field('list', LIST),
  ],
  ttlMs: 0,
};

function storeOf(subtask = 0, parallelism = 1, nowMs: () => number = () => 0, budget = new MemoryBudget(1 << 30)): OperatorStateStore {
  const { first, last } = groupRange(subtask, parallelism, 128);
  return createOperatorState({ uid: 'op', keyGroups: 128, firstGroup: first, lastGroup: last, nowMs, budget });
}

/** Key text to fields, for every visible record. */
function contentsOf(tables: readonly KeyedTable[]): Map<string, readonly Value[]> {
  const contents = new Map<string, readonly Value[]>();
  for (const table of tables) {
    table.forEach((id) => {
      const key = table.keyOf(id).map(String).join('|');
      expect(contents.has(key)).toBe(false);
      contents.set(
        key,
        table.fields.map((column) => table.valueOf(column, id)),
      );
      expect(table.idOf(table.keyOf(id), false)).toBe(id);
    });
  }
  return contents;
}

function restored(frozen: FrozenTable, spec: TableSpec, parallelism: number): KeyedTable[] {
  const stores = Array.from({ length: parallelism }, (_, subtask) => storeOf(subtask, parallelism));
  for (const group of frozen.groups) {
    const { bytes } = frozen.serialize(group);
    stores[subtaskOf(group, parallelism, 128)].load(
      frozen.name,
      frozen.formatVersion,
      JSON.parse(JSON.stringify(frozen.layout)),
      group,
      bytes,
    );
  }
  return stores.map((store) => store.table(spec));
}

/** Random changes of a table and a Map in step. */
function change(table: KeyedTable, model: Map<string, readonly Value[]>, seed: number, steps: number, keys: number): void {
  let state = seed >>> 0;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let step = 0; step < steps; step++) {
    const number = next(keys);
    const key: Value[] = [
      number % 17 === 0 ? null : BigInt(number) * 0x100000001n,
      number % 13 === 0 ? null : 'k'.repeat(number % 40) + number,
    ];
    const name = key.map(String).join('|');
    if (next(4) === 0) {
      const id = table.idOf(key, false);
      expect(id !== -1).toBe(model.has(name));
      if (id !== -1) table.delete(id);
      model.delete(name);
      continue;
    }
    const id = table.idOf(key, true);
    const before = table.fields.map((column) => table.valueOf(column, id));
    expect(before).toEqual(model.get(name) ?? [0n, null, 0, false, null]);
    const values: Value[] = [
      BigInt(next(1000)),
      next(5) === 0 ? null : 'v'.repeat(next(60)),
      next(9) === 0 ? null : next(100) / 8,
      next(2) === 1,
      null,
    ];
    values.forEach((value, index) => {
      table.setValue(table.fields[index], id, value);
    });
    model.set(name, values);
  }
}

describe('keyed table', () => {
  test('equals a Map under random upserts and deletes; an image stays as it was while writes go on, and restores at another parallelism', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 3000 }), fc.integer({ min: 1, max: 5 }), (seed, keys, parallelism) => {
        const store = storeOf();
        const table = store.table(SPEC);
        const model = new Map<string, readonly Value[]>();
        change(table, model, seed, 4000, keys);
        const [first] = store.freeze().tables;
        const atFirst = new Map(model);
        change(table, model, seed + 1, 1500, keys * 2);
        const [second] = store.freeze().tables;
        const atSecond = new Map(model);
        const half = first.groups.filter((group) => group % 2 === 0).map((group) => first.serialize(group).records);
        change(table, model, seed + 2, 3000, keys);
        expect(contentsOf([table])).toEqual(model);
        expect(store.stateRecords()).toBe(model.size);
        expect(contentsOf(restored(first, SPEC, parallelism))).toEqual(atFirst);
        expect(first.groups.filter((group) => group % 2 === 0).map((group) => first.serialize(group).records)).toEqual(half);
        first.release();
        change(table, model, seed + 3, 500, keys);
        expect(contentsOf(restored(second, SPEC, 2))).toEqual(atSecond);
        second.release();
        change(table, model, seed + 4, 500, keys);
        expect(contentsOf([table])).toEqual(model);
      }),
      { numRuns: 12 },
    );
  });

  test('equal states give equal bytes', () => {
    const bytes = [1, 2].map(() => {
      const store = storeOf();
      change(store.table(SPEC), new Map(), 5, 3000, 700);
      const [frozen] = store.freeze().tables;
      return frozen.groups.map((group) => Buffer.from(frozen.serialize(group).bytes).toString('base64'));
    });
    expect(bytes[0]).toEqual(bytes[1]);
  });

  test('batch lookups find, create and tell missing keys, with a selection', () => {
    const table = storeOf().table({ ...SPEC, key: [{ name: 'k', type: BIGINT }] });
    const builder = new BatchBuilder([
      { name: 'x', type: INT },
      { name: 'k', type: BIGINT },
    ]);
    for (let i = 0; i < 1000; i++) {
      builder.setNumber(0, i);
      builder.setBigInt(1, BigInt(i % 300) - 150n);
      builder.endRow();
    }
    const batch = builder.finish();
    const find = table.lookup([1]);
    const ids = new Int32Array(1000).fill(-7);
    batch.selection = Int32Array.from({ length: 500 }, (_, i) => i * 2);
    batch.selected = 500;
    find(batch, ids, CREATE);
    expect(table.records).toBe(150);
    expect(ids[1]).toBe(-7);
    batch.selection = null;
    batch.selected = 1000;
    find(batch, ids, FIND);
    for (let i = 0; i < 1000; i++) expect(ids[i]).toBe(i % 2 === 1 ? -1 : ids[i % 300]);
  });

  test('large tables split their index and lose nothing', () => {
    const table = storeOf().table({ ...SPEC, key: [{ name: 'k', type: INT }], fields: [field('n', BIGINT)] });
    const find = table.lookup([0]);
    const ids = new Int32Array(2048);
    const batchOf = (first: number): BatchBuilder => {
      const builder = new BatchBuilder([{ name: 'k', type: INT }]);
      for (let i = 0; i < 2048; i++) {
        builder.setNumber(0, first + i);
        builder.endRow();
      }
      return builder;
    };
    for (let first = 0; first < 200 * 2048; first += 2048) {
      find(batchOf(first).finish(), ids, CREATE);
      const values = table.fields[0].values as BigInt64Array;
      for (let i = 0; i < 2048; i++) values[ids[i]] = BigInt(first + i);
    }
    expect(table.records).toBe(200 * 2048);
    expect(table.index.directory.length).toBeGreaterThan(8);
    for (let id = 0; id < table.idLimit; id += 3) table.delete(id);
    for (let first = 0; first < 200 * 2048; first += 2048) {
      find(batchOf(first).finish(), ids, FIND_FOR_WRITE);
      for (let i = 0; i < 2048; i++) {
        if ((first + i) % 3 === 0) expect(ids[i]).toBe(-1);
        else if ((table.fields[0].values as BigInt64Array)[ids[i]] !== BigInt(first + i)) throw new Error(`wrong record for ${first + i}`);
      }
    }
  });

  test('the records of a key form a chain in order, also after moves, deletions and a restore', () => {
    const spec: TableSpec = { ...SPEC, key: [{ name: 'k', type: INT }], subKey: [{ name: 'v', type: TEXT }], fields: [field('n', BIGINT)] };
    const store = storeOf();
    const table = store.table(spec);
    const model = new Map<number, string[]>();
    for (let i = 0; i < 600; i++) {
      const key = i % 7;
      const list = model.get(key) ?? [];
      table.idOf([key, `v${i}`], true);
      list.push(`v${i}`);
      model.set(key, list);
      if (i % 5 === 0) {
        const victim = list.splice(i % list.length, 1)[0];
        table.delete(table.idOf([key, victim], false));
        if (list.length === 0) model.delete(key);
      } else if (i % 3 === 0 && list.length > 2) {
        const moved = list.pop() as string;
        const at = i % list.length;
        table.moveBefore(table.idOf([key, moved], false), table.idOf([key, list[at]], false));
        list.splice(at, 0, moved);
      }
    }
    const chainsOf = (tables: readonly KeyedTable[]): Map<number, string[]> => {
      const chains = new Map<number, string[]>();
      for (const one of tables) {
        one.forEach((id) => {
          if (one.headOf(id) !== id) return;
          const values: string[] = [];
          for (let at = id; at !== -1; at = one.next(at)) values.push(one.keyOf(at)[1] as string);
          expect(one.chainLength(id)).toBe(values.length);
          chains.set(one.keyOf(id)[0] as number, values);
        });
      }
      return chains;
    };
    expect(chainsOf([table])).toEqual(model);
    const [frozen] = store.freeze().tables;
    for (let key = 0; key < 7; key++) table.delete(table.headOf(table.idOf([key, (model.get(key) as string[])[0]], false)));
    expect(chainsOf(restored(frozen, spec, 3))).toEqual(model);
  });

  test('expired records are invisible and go away; a write keeps a record', () => {
    let now = 0;
    const store = storeOf(0, 1, () => now);
    const table = store.table({ ...SPEC, ttlMs: 100 });
    const old = table.idOf([1n, 'a'], true);
    table.setValue(table.fields[0], old, 5n);
    table.idOf([2n, 'b'], true);
    now = 60;
    table.idOf([2n, 'b'], true);
    now = 100;
    const again = table.idOf([1n, 'a'], true);
    expect(table.valueOf(table.fields[0], again)).toBe(0n);
    expect(table.idOf([2n, 'b'], false)).not.toBe(-1);
    now = 300;
    expect(table.idOf([2n, 'b'], false)).toBe(-1);
    now = 70_000;
    table.idOf([3n, 'c'], true);
    expect(table.records).toBe(1);
  });
});

describe('restore', () => {
  function frozenOf(): FrozenTable {
    const store = storeOf();
    const table = store.table({ ...SPEC, key: [{ name: 'k', type: INT }], fields: [field('narrow', INT), field('gone', TEXT)] });
    for (let i = 0; i < 50; i++) table.setValue(table.fields[0], table.idOf([i], true), i * 3);
    return store.freeze().tables[0];
  }

  test('fields are matched by digest: dropped, added, widened', () => {
    const frozen = frozenOf();
    const spec: TableSpec = {
      ...SPEC,
      key: [{ name: 'renamed', type: INT }],
      fields: [field('new', BIGINT), { name: 'other', digest: 'narrow', type: BIGINT }],
    };
    const store = storeOf();
    for (const group of frozen.groups) store.load('t', frozen.formatVersion, frozen.layout, group, frozen.serialize(group).bytes);
    const table = store.table(spec);
    table.forEach((id) => {
      expect(table.fields.map((column) => table.valueOf(column, id))).toEqual([0n, BigInt(Number(table.keyOf(id)[0]) * 3)]);
    });
    expect(table.records).toBe(50);
    expect(store.restoreNotes().join('\n')).toMatch(/new is new[\s\S]*gone is no longer used/);
  });

  test('another key type, a narrowed field and damaged bytes are refused', () => {
    const frozen = frozenOf();
    const tryLoad = (spec: TableSpec, bytes: (b: Uint8Array) => Uint8Array): void => {
      const store = storeOf();
      for (const group of frozen.groups) store.load('t', frozen.formatVersion, frozen.layout, group, bytes(frozen.serialize(group).bytes));
      store.table(spec);
    };
    const same: TableSpec = { ...SPEC, key: [{ name: 'k', type: INT }], fields: [field('narrow', INT)] };
    const asIs = (b: Uint8Array): Uint8Array => b;
    expect(() => tryLoad({ ...same, key: [{ name: 'k', type: TEXT }] }, asIs)).toThrow(/key of op\/t changed from \(INT\) to \(TEXT\)/);
    expect(() => tryLoad({ ...same, fields: [field('narrow', { kind: 'SMALLINT', nullable: true })] }, asIs)).toThrow(
      /narrow .* changed from INT to SMALLINT/,
    );
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        expect(() => tryLoad(same, (b) => b.map((byte, i) => (i === at % b.length ? byte ^ flip : byte)))).toThrow(/damaged|cut|format/);
        expect(() => tryLoad(same, (b) => b.subarray(0, at % b.length))).toThrow(/damaged|cut/);
      }),
    );
    expect(() => tryLoad(same, asIs)).not.toThrow();
  });

  test('a table over the budget fails with a message that names it', () => {
    const budget = new MemoryBudget(200_000);
    const table = storeOf(0, 1, () => 0, budget).table(SPEC);
    expect(() => {
      for (let i = 0; i < 100_000; i++) table.idOf([BigInt(i), 'x'], true);
    }).toThrow(/State of op\/t needs .* state memory/);
    expect(budget.usedBytes).toBeLessThanOrEqual(200_000);
  });

  test('slices are stored and come back as slices', () => {
    const spec = { name: 'w', key: [{ name: 'k', type: INT }], fields: [field('n', BIGINT)] };
    const store = storeOf();
    const slices = store.sliced(spec);
    for (const end of [1000, 2000, 3000]) {
      const table = slices.slice(end);
      for (let i = 0; i < 40; i++) table.setValue(table.fields[0], table.idOf([i], true), BigInt(end + i));
    }
    const [frozen] = store.freeze().tables;
    slices.drop(1000);
    slices.slice(4000).idOf([1], true);
    const other = storeOf(1, 2);
    for (const group of frozen.groups.filter((g) => subtaskOf(g, 2, 128) === 1))
      other.load('w', frozen.formatVersion, frozen.layout, group, frozen.serialize(group).bytes);
    const loaded = other.sliced(spec);
    expect(loaded.ends()).toEqual([1000, 2000, 3000]);
    for (const end of loaded.ends()) {
      const table = loaded.slice(end);
      expect(table.records).toBeGreaterThan(5);
      table.forEach((id) => {
        expect(table.valueOf(table.fields[0], id)).toBe(BigInt(end + Number(table.keyOf(id)[0])));
      });
    }
  });
});
