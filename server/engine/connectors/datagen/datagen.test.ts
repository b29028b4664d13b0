import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../storage/memory-store.ts';
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { rowAt } from '../../types/row-access.ts';
import type { SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import type { RuntimeContext, SourceReader, SplitPosition } from '../contract.ts';
import { datagenConnector } from './connector.ts';

const N = { nullable: true } as const;
const types: Record<string, SqlType> = {
  id: { kind: 'BIGINT', ...N },
  n: { kind: 'INT', ...N },
  big: { kind: 'BIGINT', ...N },
  d: { kind: 'DOUBLE', ...N },
  m: { kind: 'DECIMAL', precision: 10, scale: 2, ...N },
  s: { kind: 'VARCHAR', length: 2147483647, ...N },
  b: { kind: 'BOOLEAN', ...N },
  r: {
    kind: 'ROW',
    fields: [
      { name: 'x', type: { kind: 'INT', ...N } },
      { name: 'ys', type: { kind: 'ARRAY', element: { kind: 'INT', ...N }, ...N } },
    ],
    ...N,
  },
};
const physical = Object.entries(types).map(([name, type]) => ({ name, type }));
const reads: TableColumnRead[] = physical.map((field) => ({ path: [field.name], type: field.type }));

function table(options: Record<string, string>): PlanTable {
  const all = {
    connector: 'datagen',
    'fields.id.kind': 'sequence',
    'fields.id.start': '100',
    'fields.id.end': '1099',
    'fields.n.min': '-5',
    'fields.n.max': '5',
    'fields.n.null-rate': '0.3',
    'fields.s.length': '12',
    'fields.m.min': '0',
    'fields.m.max': '10',
    ...options,
  };
  return { name: 'g', connector: 'datagen', options: all, physical, metadata: [], primaryKey: [], partitionKeys: [] };
}

class World {
  nowMs = 1_000_000;
  context(subtask: number, parallelism: number): RuntimeContext {
    const refuse = () => Promise.reject(new Error('no network'));
    return {
      subtask,
      parallelism,
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      dialer: { connect: refuse, resolve: refuse },
      store: new MemoryObjectStore(),
      timeZone: 'UTC',
      jobPrefix: 'tm',
      attempt: '1',
      log: () => {},
      print: () => {},
    };
  }
  reader(of: PlanTable, subtask = 0, parallelism = 1): SourceReader {
    return datagenConnector.createReader?.(of, reads, this.context(subtask, parallelism)) as SourceReader;
  }
  /** Rows until the end, or until `rowsMax` rows. */
  async drain(source: SourceReader, rowsMax = Number.POSITIVE_INFINITY): Promise<Value[][]> {
    const rows: Value[][] = [];
    while (rows.length < rowsMax) {
      const result = await source.poll(Math.min(37, rowsMax - rows.length));
      if (result.kind === 'end') break;
      if (result.kind === 'idle') this.nowMs += result.waitMs;
      else for (let row = 0; row < result.batch.rows; row++) rows.push(rowAt(result.batch, row, reads));
    }
    return rows;
  }
}

const byId = (rows: Value[][]): Value[][] => rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));

describe('datagen', () => {
  it('makes every row of the sequence once, whatever the parallelism, and the same rows', async () => {
    const world = new World();
    const single = world.reader(table({}));
    await single.open(null);
    const all = await world.drain(single);
    expect(all.map((row) => row[0])).toEqual(Array.from({ length: 1000 }, (_, i) => BigInt(100 + i)));
    const split: Value[][] = [];
    for (let subtask = 0; subtask < 3; subtask++) {
      const source = world.reader(table({}), subtask, 3);
      await source.open(null);
      split.push(...(await world.drain(source)));
    }
    expect(byId(split)).toEqual(all);
    expect(new Set(all.map((row) => row[5])).size).toBe(1000);
    expect(all.filter((row) => row[1] === null).length).toBeGreaterThan(200);
    expect(all.every((row) => row[1] === null || (Number(row[1]) >= -5 && Number(row[1]) <= 5))).toBe(true);
    expect(all.every((row) => Number(row[4]) >= 0 && Number(row[4]) <= 1000 && String(row[5]).length === 12)).toBe(true);
  });

  it.each([
    [1, 2],
    [3, 1],
    [2, 3],
  ])('goes on after a restore from %i to %i subtasks with the rows an undisturbed run gives', async (before, after) => {
    const world = new World();
    const whole = world.reader(table({}));
    await whole.open(null);
    const expected = await world.drain(whole);
    const rows: Value[][] = [];
    const positions: SplitPosition[] = [];
    for (let subtask = 0; subtask < before; subtask++) {
      const source = world.reader(table({}), subtask, before);
      await source.open(null);
      rows.push(...(await world.drain(source, 50 + subtask * 13)));
      positions.push(...source.positions());
    }
    for (let subtask = 0; subtask < after; subtask++) {
      const source = world.reader(table({}), subtask, after);
      await source.open(JSON.parse(JSON.stringify(positions)));
      rows.push(...(await world.drain(source)));
    }
    expect(byId(rows)).toEqual(expected);
  });

  it('paces rows by the clock, without a burst after a long pause', async () => {
    const world = new World();
    const source = world.reader(table({ 'rows-per-second': '10' }));
    await source.open(null);
    const count = async (): Promise<number> => {
      let rows = 0;
      for (;;) {
        const result = await source.poll(1000);
        if (result.kind !== 'batch') return rows;
        rows += result.batch.rows;
      }
    };
    expect(await count()).toBe(1);
    world.nowMs += 1000;
    expect(await count()).toBe(10);
    world.nowMs += 350;
    expect(await count()).toBe(3);
    world.nowMs += 60_000;
    expect(await count()).toBeLessThanOrEqual(11);
  });
});
