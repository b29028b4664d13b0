import { expect, test } from 'vitest';
import type { NodeOf, WindowSpec } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { OperatorHarness, randomOf, rowText } from './operator-harness.ts';
import { difference, INPUT, PLAIN, randomRows, TIME, WindowModel, windowsOf } from './window-model.ts';
import { createWindowTableFunction } from './window-table-function.ts';

test('windowTableFunction gives a row for each window of a row', () => {
  const window: WindowSpec = { kind: 'HOP', sizeMs: 200, slideMs: 100, offsetMs: 0 };
  const schema: RowSchema = [
    ...INPUT,
    { name: 'window_start', type: PLAIN },
    { name: 'window_end', type: PLAIN },
    { name: 'window_time', type: TIME },
  ];
  const base = {
    id: 1,
    uid: 't',
    inputs: [0],
    schema,
    changelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
    description: '',
    parallelism: null,
    isStateful: false,
    stateTtlMs: 0,
    stateFields: [],
  };
  const node: NodeOf<'windowTableFunction'> = {
    ...base,
    kind: 'windowTableFunction',
    window,
    time: 3,
    domain: 'rowtime',
    partitionKeys: [],
  };
  const harness = new OperatorHarness({
    create: () => createWindowTableFunction(node, INPUT),
    inputs: [INPUT],
    output: schema,
    keys: [[0]],
  });
  const rows = randomRows(9, 3000, 0);
  harness.process(rows);
  expect(harness.rows.map(({ values: row }) => rowText(row))).toEqual(
    rows.flatMap(({ values: row }) =>
      windowsOf(window, Number(row[3])).map(([start, end]) => rowText([...row, BigInt(start), BigInt(end), BigInt(end - 1)])),
    ),
  );
});

test('SESSION as a table function gives the rows of a session when it is complete, through restarts', () => {
  const window: WindowSpec = { kind: 'SESSION', gapMs: 40 };
  const schema: RowSchema = [
    ...INPUT,
    { name: 'window_start', type: PLAIN },
    { name: 'window_end', type: PLAIN },
    { name: 'window_time', type: TIME },
  ];
  const changelog = { insert: true, updateBefore: false, updateAfter: false, delete: false };
  const base = {
    id: 1,
    uid: 't',
    inputs: [0],
    schema,
    changelog,
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs: 0,
    stateFields: [],
  };
  const node: NodeOf<'windowTableFunction'> = {
    ...base,
    kind: 'windowTableFunction',
    window,
    time: 3,
    domain: 'rowtime',
    partitionKeys: [0],
  };
  const next = randomOf(12);
  for (let seed = 0; seed < 5; seed++) {
    const harness = new OperatorHarness(
      { create: () => createWindowTableFunction(node, INPUT), inputs: [INPUT], output: schema, keys: [[0]] },
      2,
    );
    const model = new WindowModel({ window, keys: [0] });
    const rows = randomRows(seed, 600, 0);
    for (let at = 0; at < rows.length; at += 30) {
      const part = rows.slice(at, at + 30);
      harness.process(part);
      for (const row of part) model.process(row);
      const watermark = at + 30 === rows.length ? Number.MAX_SAFE_INTEGER : at * 10 - 500 - next(20) * 10;
      harness.rows.length = 0;
      harness.processWatermark(watermark);
      const wanted = model
        .takeDue(watermark)
        .flatMap((one) => one.rows.map((row) => rowText([...row, BigInt(one.start), BigInt(one.end), BigInt(one.end - 1)])));
      expect(difference(harness.rows, wanted)).toEqual([]);
      if (next(4) === 0) harness.restart(1 + next(3));
    }
    expect(harness.lateRows).toBe(model.late);
    expect(harness.subtasks.every(({ state }) => state.stateRecords() === 0)).toBe(true);
  }
});
