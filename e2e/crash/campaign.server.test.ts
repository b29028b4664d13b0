/** The crash campaign in short: 18 kills, three inside each phase; `npm run test:crash` runs it at length. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Campaign } from './campaign.ts';
import { killSchedule } from './schedule.ts';
import { PHASES } from './store-proxy.ts';

const KILLS = 18;
let campaign: Campaign | null = null;

afterAll(() => campaign?.close());

describe('crash campaign', () => {
  it('a seed gives the same schedule again, and another seed another', () => {
    expect(killSchedule(5, 60, 'both')).toEqual(killSchedule(5, 60, 'both'));
    expect(killSchedule(5, 60, 'both')).not.toEqual(killSchedule(6, 60, 'both'));
    for (const phase of PHASES) expect(killSchedule(5, 60, 'both').filter((kill) => kill.phase === phase)).toHaveLength(10);
  });

  it('nothing is lost, doubled or wrong, wherever the processes are killed', { timeout: 600_000 }, async () => {
    campaign = await Campaign.open({
      scratch: mkdtempSync(join(tmpdir(), 'tidemark-crash-')),
      brokers: process.env.TIDEMARK_TEST_KAFKA as string,
      withPostgres: false,
      perSecond: 400,
      // Subtasks in threads, where the machine has several cores.
      parallelism: 2,
      say: () => {},
    });
    const report = await campaign.run(killSchedule(11, KILLS, 'both'));
    expect(report.differences).toEqual([]);
    expect(report.records).toBeGreaterThan(1_000);
    expect(PHASES.map((phase) => report.byPhase.get(phase))).toEqual([3, 3, 3, 3, 3]);
  });
});
