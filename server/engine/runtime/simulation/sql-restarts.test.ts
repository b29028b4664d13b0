import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compare, findCases, HERE, materialise, prepare, readExpected, sinksOf } from '../../../../e2e/sql/corpus/run.mjs';
import { scriptsIn } from '../../../../e2e/sql/scope.ts';
import { seededRandom } from '../../../effects/random.ts';
import { runWithRestarts } from './restarted-script.ts';

const differs = scriptsIn('differs.txt');
const CASES = findCases().filter((one) => !one.refused && !differs.has(one.id));
const ROTATION = [1, 2, 3, 1, 2];
/** The lives and rows of the big input are longer: 50,000 events. */
const isLong = (sql: string) => sql.includes('nexmark.jsonl');

let restarts = 0;
let finished = 0;

test.each(CASES.map((one) => [one.id, one] as const))("%s gives Flink's rows after restarts at other parallelisms", async (_id, one) => {
  const prepared = prepare(one, join(HERE, 'inputs'));
  try {
    const sql = readFileSync(prepared.file, 'utf8');
    // Where the result follows the order of the file, one reader must read it.
    const parallelisms = /^-- parallelism 1\b/m.test(prepared.sql) ? ROTATION.map(() => 1) : ROTATION;
    const [rowsAPoll, pollsALife] = isLong(sql) ? [1500, 10] : [4, 8];
    const seed = [...one.id].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7);
    const outcome = await runWithRestarts({ sql, folder: prepared.dir, random: seededRandom(seed), parallelisms, rowsAPoll, pollsALife });
    if (outcome.kind === 'not-supported') return;
    expect(outcome, outcome.kind === 'failed' ? outcome.message : '').toMatchObject({ kind: 'finished' });
    if (outcome.kind === 'finished') restarts += outcome.restarts;
    finished++;
    const sinks = sinksOf(prepared.sql);
    const got = new Map([...sinks].map(([name, sink]) => [name, materialise(join(prepared.out, name), sink)] as const));
    const { missing, extra } = compare(readExpected(one.file.replace(/\.sql$/, '.expected.jsonl')), got, sinks);
    expect({ missing: missing.slice(0, 5), extra: extra.slice(0, 5) }).toEqual({ missing: [], extra: [] });
  } finally {
    rmSync(prepared.dir, { recursive: true, force: true });
  }
});

afterAll(() => {
  // A run without interruptions would prove nothing.
  if (finished > 50) expect(restarts).toBeGreaterThan(finished);
});
