/** The restart guide over the API: facts of a real job's rows and plan, and who may ask. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GuideAnswer } from '../contract/guide.ts';
import { PlannerThread } from '../services/planner-thread.ts';
import { EXAMPLE_SQL } from '../services/sample-templates.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let eva: Browser;
let max: Browser;
const planner = new PlannerThread();
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  eva = (await fixture.addUser('eva')).browser;
  max = (await fixture.addUser('max')).browser;
  fixture.planned = await planner.plan(EXAMPLE_SQL, {});
});
afterAll(async () => {
  await planner.close();
  await fixture.close();
});

const guideOf = async (jobId: number, by = eva): Promise<GuideAnswer[]> => (await by.call('GET', `/jobs/${jobId}/guide`)).body.answers;

describe('restart guide', () => {
  it('answers for a job as it is made, and for a job only to those who may see it', async () => {
    const made = (await max.call('GET', '/guide')).body;
    expect([made.job, made.answers.map((one: GuideAnswer) => one.number)]).toEqual([
      null,
      Array.from({ length: 32 }, (_, index) => index + 1),
    ]);
    const { id } = (await eva.call('POST', '/jobs', { name: 'orders', sql: EXAMPLE_SQL })).body.job;
    expect((await max.call('GET', `/jobs/${id}/guide`)).status).toBe(404);
    // Print shows each row as it is written.
    const [first] = await guideOf(id);
    expect(first).toMatchObject({ standing: 'now', verdict: 'may-repeat', why: expect.stringContaining('orders_by_city') });
  });

  it('follows the settings, the run under way and its snapshots', async () => {
    const { database, clock } = fixture.context;
    const { id } = (await eva.call('POST', '/jobs', { name: 'running', sql: EXAMPLE_SQL })).body.job;
    const now = new Date(clock.nowMs());
    await database.job.update({ where: { id }, data: { status: 'job_running', desired: 'running', exposureRecords: 700n } });
    await database.run.create({
      data: { jobId: id, number: 1, jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1, start: 'empty', startedAt: now },
    });
    const before = await guideOf(id);
    expect([before[5]?.standing, before[0]?.records?.value]).toEqual(['now', 700]);
    const snapshot = {
      jobId: id,
      runNumber: 1,
      kind: 'checkpoint',
      origin: 'checkpoint',
      engine: 'embedded',
      durationMs: 1,
      sizeBytes: 1n,
    };
    for (const [number, recordsIn] of [
      [1, 1_000n],
      [2, 1_400n],
    ] as const) {
      const createdAt = new Date(clock.nowMs() + number);
      await database.snapshot.create({
        data: { ...snapshot, name: `chk-${number}`, path: `obs://t/chk-${number}`, checkpointId: BigInt(number), recordsIn, createdAt },
      });
    }
    const after = await guideOf(id);
    expect([after[5]?.standing, after[0]?.why.includes('chk-2'), after[10]?.records?.value]).toEqual(['if', true, 1_100]);

    await eva.call('PATCH', `/jobs/${id}`, { baseVersion: 1, options: { resumeCheckpoint: false } });
    const changed = await guideOf(id);
    expect(changed[0]).toMatchObject({ standing: 'if', mend: { kind: 'option', option: 'resumeCheckpoint' } });
    expect(changed[1]).toMatchObject({ standing: 'now', verdict: 'lost' });
  });
});
