/** Compares what a sink holds with what it must hold, and names each difference: lost, doubled, wrong, unexpected. Shares no code with the engine. */
export interface Difference {
  readonly kind: 'lost' | 'doubled' | 'wrong' | 'unexpected';
  readonly key: string;
  readonly detail: string;
}

function canonical(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `actual` may hold a key more than once (an append-only sink that doubled). */
export function compareByKey<R extends object>(
  expected: ReadonlyMap<string | number, R>,
  actual: readonly R[],
  keyOf: (row: R) => string | number,
): Difference[] {
  const seen = new Map<string, R>();
  const differences: Difference[] = [];
  for (const row of actual) {
    const key = String(keyOf(row));
    if (seen.has(key)) differences.push({ kind: 'doubled', key, detail: canonical(row) });
    else seen.set(key, row);
  }
  for (const [key, row] of expected) {
    const found = seen.get(String(key));
    if (!found) differences.push({ kind: 'lost', key: String(key), detail: canonical(row) });
    else if (canonical(found) !== canonical(row))
      differences.push({ kind: 'wrong', key: String(key), detail: `${canonical(found)} instead of ${canonical(row)}` });
    seen.delete(String(key));
  }
  for (const [key, row] of seen) differences.push({ kind: 'unexpected', key, detail: canonical(row) });
  return differences;
}
