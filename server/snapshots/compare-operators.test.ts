/**
 * The preview's verdict and the restore, for every operator that keeps state and every kind of edit: a job runs on the first script and stops with a
 * savepoint; the second script is previewed, and then really restored from it. What the preview calls incompatible is refused, and nothing else;
 * what is restored holds the kept columns record by record, and NULL in new ones.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { compareOperators } from './compare-operators.ts';
import { type Held, manifestOf, planned, removeFolder, run, stateOf } from './plan-edit-harness.ts';
import { CASES } from './plan-edits.ts';

afterAll(removeFolder);

const textOf = (record: Held, names: readonly string[]): string =>
  JSON.stringify(
    names.map((name) => record[name]),
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );

async function expectSameState(before: string, after: string, uid: string, isCounting: boolean): Promise<void> {
  const [old, kept] = [await stateOf(before, uid), await stateOf(after, uid)];
  expect(old.size).toBeGreaterThan(0);
  for (const [table, records] of old) {
    const restored = kept.get(table) as readonly Held[];
    const names = Object.keys(records[0] as Held).filter((name) => restored[0] && name in restored[0]);
    expect(restored.map((record) => textOf(record, names)).sort()).toEqual(records.map((record) => textOf(record, names)).sort());
    const added = Object.keys(restored[0] as Held).filter((name) => !(name in (records[0] as Held)));
    if (!isCounting) for (const record of restored) for (const name of added) expect(record[name]).toBeNull();
  }
}

describe.each(CASES)('$kind over $of', ({ kind, base, edits }) => {
  test.each(edits)('%s', async (_edit, sql, fate) => {
    const [before, after] = [planned(base), planned(sql)];
    const node = before.nodes.find((one) => one.kind === kind);
    if (!node) throw new Error(`no ${kind} in ${before.nodes.map((one) => one.kind).join(', ')}`);
    const first = await run(base, before, null);
    const path = (first as { path: string }).path;
    const manifest = await manifestOf(path);
    const fates = compareOperators(manifest, after, 1);
    expect(fates.find((one) => one.uid === node.uid)).toMatchObject({ fate });
    const second = await run(sql, after, path);
    if (fates.some((one) => one.fate === 'incompatible')) {
      expect(second).toMatchObject({ kind: 'failed', failure: { causeKey: 'restore-incompatible' } });
      return;
    }
    expect(second).toMatchObject({ kind: 'stopped' });
    await expectSameState(path, (second as { path: string }).path, node.uid, kind === 'groupAggregate' || kind === 'windowAggregate');
  });
});

test('every operator that keeps rows or aggregates is there', () => {
  const covered = new Set(CASES.map((one) => one.kind));
  const stateful = new Set(
    CASES.flatMap((one) =>
      planned(one.base)
        .nodes.filter((node) => node.isStateful)
        .map((node) => node.kind),
    ),
  );
  for (const kind of stateful) if (!['source', 'sink', 'watermark'].includes(kind)) expect(covered).toContain(kind);
});
