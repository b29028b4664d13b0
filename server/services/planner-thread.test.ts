/** The planner behind its budget: real plans, real problems, and that one that hangs takes nobody along. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RESTART_RECIPES } from '../recipes/restart-recipes.ts';
import { BUSINESS_SAMPLES } from './business-samples.ts';
import { deliveryOf, planGraph } from './plan-graph.ts';
import { PlannerThread } from './planner-thread.ts';
import { EXAMPLE_SQL, SAMPLE_TEMPLATES } from './sample-templates.ts';

const planner = new PlannerThread();
afterAll(() => planner.close());

describe('planner thread', () => {
  it('plans the example and draws it', async () => {
    const planned = await planner.plan(EXAMPLE_SQL, { 'parallelism.default': '2' });
    if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned));
    const graph = planGraph(planned.plan);
    expect(graph.nodes.map((node) => node.kind)).not.toContain('exchange');
    expect(graph.edges.some((edge) => edge.strategy === 'HASH')).toBe(true);
    expect(graph.nodes.filter((node) => node.kind === 'sink').map((node) => node.title)).toEqual(['orders_by_city']);
    expect(graph.nodes.some((node) => node.isStateful)).toBe(true);
    expect(planned.text).toContain('orders_by_city');
    expect(deliveryOf(planned.plan).sinks).toHaveLength(1);
  });

  it('tells problems with their place', async () => {
    const planned = await planner.plan(EXAMPLE_SQL.replace('SUM(amount)', 'SUM(amonut)'), {});
    if (planned.kind !== 'refused') throw new Error(planned.kind);
    expect(planned.problems[0]).toMatchObject({ replacement: 'amount' });
    expect(planned.problems[0]?.line).toBe(EXAMPLE_SQL.split('\n').findIndex((line) => line.includes('SUM(amount)')) + 1);
  });

  it('formats, and leaves alone what does not parse', async () => {
    expect(await planner.format('select 1 from t')).toContain('SELECT');
    expect(await planner.format('select from from')).toBe('select from from');
  });

  it('gives up what takes too long and answers the next', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tidemark-planner-')), 'hanging.mjs');
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, sql }) => { while (sql === 'hang'); if (sql === 'die') process.exit(1); parentPort.postMessage({ id, ok: true, value: { kind: 'refused', problems: [] } }); });`,
    );
    const hanging = new PlannerThread(300, file);
    const answers = await Promise.all([hanging.plan('hang', {}), hanging.plan('fine', {})]);
    expect(answers.map((answer) => answer.kind)).toEqual(['timed-out', 'refused']);
    await expect(hanging.plan('die', {})).rejects.toThrow('ended');
    expect((await hanging.plan('fine', {})).kind).toBe('refused');
    await hanging.close();
  });

  it('has samples that plan as far as their connectors are there', async () => {
    for (const sample of [...SAMPLE_TEMPLATES, ...BUSINESS_SAMPLES, ...RESTART_RECIPES]) {
      const planned = await planner.plan(sample.sql, {});
      const problems = planned.kind === 'refused' ? planned.problems.map((problem) => problem.message) : [];
      if (problems.length > 0 && problems.every((problem) => problem.startsWith('There is no connector'))) continue;
      expect([sample.name, problems]).toEqual([sample.name, []]);
    }
  });
});
