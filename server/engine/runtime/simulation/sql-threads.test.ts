import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compare, findCases, HERE, materialise, prepare, readExpected, sinksOf } from '../../../../e2e/sql/corpus/run.mjs';
import { scriptsIn } from '../../../../e2e/sql/scope.ts';
import { type RandomSource, seededRandom } from '../../../effects/random.ts';
import { createJob } from '../job.ts';
import { createRunEnvironment } from '../run-environment.ts';
import type { RunSpec } from '../wire.ts';
import { planCorpusScript, specOfLife } from './restarted-script.ts';

const left = new Set([...scriptsIn('differs.txt'), ...scriptsIn('not-supported.txt')]);
const THREADS = 4;
/** One script in so many: each life starts its threads anew. */
const EVERY = 24;
const CASES = findCases()
  .filter((one) => !one.refused && !left.has(one.id) && !/^-- parallelism 1\b/m.test(readFileSync(one.file, 'utf8')))
  .filter((_, index) => index % EVERY === 0);
const PARALLELISMS = [2, 4, 3];
const PROGRAM = new URL('./slowed-thread.ts', import.meta.url);

let restarts = 0;

interface LifeEnd {
  readonly isFinished: boolean;
  readonly snapshot: string | null;
}

/** The first lives take a checkpoint, read on and lose what came after it, or end with a savepoint; the last one runs to the end. */
async function live(spec: RunSpec, life: number, random: RandomSource): Promise<LifeEnd> {
  const plan = planCorpusScript(spec.sql);
  if ('kind' in plan) throw new Error(plan.kind === 'failed' ? plan.message : plan.kind);
  let snapshot: string | null = null;
  const environment = await createRunEnvironment(spec, {
    report: (report) => {
      if (report.type === 'checkpoint-completed') snapshot = report.path;
    },
    print: () => {},
    threads: THREADS,
  });
  const job = createJob(spec, plan, { ...environment, threadProgram: PROGRAM });
  const pause = () => new Promise((resolve) => setTimeout(resolve, random.next() * 15));
  await job.start();
  if (life < PARALLELISMS.length - 1) {
    await pause();
    if (life % 2 === 0) {
      await job.triggerSnapshot('checkpoint', null);
      await pause();
      await job.stop('without', null);
    } else await job.stop('savepoint', null);
  }
  const end = await job.finished;
  if (end.kind === 'failed') throw new Error(`life ${life}: ${end.failure.message}\n${end.failure.stack ?? ''}`);
  return { isFinished: end.kind === 'finished', snapshot };
}

test.each(CASES.map((one) => [one.id, one] as const))("%s gives Flink's rows from several threads, with restarts", async (_id, one) => {
  const prepared = prepare(one, join(HERE, 'inputs'));
  try {
    const sql = readFileSync(prepared.file, 'utf8');
    const random = seededRandom([...one.id].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7));
    const settings = { 'rows-a-poll': sql.includes('nexmark.jsonl') ? '2000' : '4' };
    let restoreFrom: string | null = null;
    for (let life = 0; life < PARALLELISMS.length; life++) {
      const spec = { ...specOfLife({ sql, folder: prepared.dir, parallelisms: PARALLELISMS }, life, restoreFrom), settings };
      const { isFinished, snapshot }: LifeEnd = await live(spec, life, random);
      if (isFinished) break;
      restarts++;
      restoreFrom = snapshot ?? restoreFrom;
    }
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
  expect(restarts).toBeGreaterThan(CASES.length / 2);
});
