/**
 * A newcomer's first two minutes, on a fresh data directory and without bootstrap variables: the printed one-time link, the first
 * administrator, one click that starts the example, rows seen live, stop with savepoint, start again, and the counts go on without a gap.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import { ConsolePages } from './pages/console.ts';
import { expect, test } from './watched-page.ts';

let scratch: string;
let tidemark: TidemarkServer;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-first-run-'));
  tidemark = await startTidemark({
    dataDir: join(scratch, 'data'),
    environment: { TIDEMARK_BOOTSTRAP_EMAIL: '', TIDEMARK_BOOTSTRAP_PASSWORD: '' },
  });
});

test.afterAll(async () => {
  await tidemark?.kill();
  rmSync(scratch, { recursive: true, force: true });
});

interface Count {
  readonly window: string;
  readonly orders: number;
  readonly first: number;
  readonly last: number;
}

/** Rows of the example as they stand in Live rows: +I[window_start, window_end, city_id, orders, first_order, last_order, turnover]. */
async function liveCounts(page: Page): Promise<Count[]> {
  const text = (await page.getByRole('region', { name: 'Live rows' }).textContent()) ?? '';
  return [...text.matchAll(/\+I\[([^,]+), [^,]+, \d+, (\d+), (\d+), (\d+), [^\]]+\]/g)].map(([, window, orders, first, last]) => ({
    window: window as string,
    orders: Number(orders),
    first: Number(first),
    last: Number(last),
  }));
}

const newestOrder = (counts: readonly Count[]) => Math.max(0, ...counts.map((count) => count.last));

test('a newcomer has stopped and restored a stateful job', async ({ page, watch }) => {
  const link = /http:\/\/127\.0\.0\.1:\d+\/setup\?token=\S+/.exec(readFileSync(tidemark.logFile, 'utf8'))?.[0];
  expect(link, 'the first start prints a one-time link').toBeDefined();
  const console_ = new ConsolePages(page, tidemark.url);
  const began = Date.now();

  await test.step('create the first administrator', async () => {
    await page.goto(link as string);
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password', { exact: true }).fill('a quiet tide turns');
    await page.getByRole('button', { name: 'Create and sign in' }).click();
    await page.waitForURL('**/jobs');
  });

  await test.step('one click starts the example', async () => {
    const shifted = () => Math.max(0, ...watch.shifts.values());
    const before = shifted();
    await page.getByRole('button', { name: 'Start the example' }).click();
    await page.waitForURL(/\/jobs\/\d+\?coach=1/);
    await console_.expectStatus('Running');
    await expect.poll(async () => (await liveCounts(page)).length, { timeout: 40_000 }).toBeGreaterThan(0);
    // From the click to rows: figures, tide line, charts and coach marks have their places before they have their contents.
    expect(shifted() - before, 'cumulative layout shift of the first start').toBeLessThan(0.05);
  });

  let before = 0;
  await test.step('stop with savepoint', async () => {
    await console_.stop('Trigger savepoint');
    await console_.expectStatus('Stopped');
    before = newestOrder(await liveCounts(page));
  });

  await test.step('start again: the counts go on without a gap', async () => {
    expect(await console_.startNow()).toContain('Nothing will be lost');
    await console_.expectStatus('Running');
    await expect.poll(async () => newestOrder(await liveCounts(page)), { timeout: 40_000 }).toBeGreaterThan(before);
    await expect(page.getByText('Done. The ledger below shows what the restart cost.')).toBeVisible();
  });
  process.stdout.write(`    first page to restored: ${((Date.now() - began) / 1000).toFixed(1)} s (the promise is two minutes)\n`);

  const counts = await liveCounts(page);
  const windows = [...new Set(counts.map((count) => count.window))];
  // A window's cities come in one batch; the newest may be half read, so it is left out.
  const whole = counts.filter((count) => count.window !== windows.at(-1));
  const settled = whole.length > 0 && newestOrder(whole) > before ? whole : counts;
  const first = Math.min(...settled.map((count) => count.first));
  expect(first, 'the first order that was counted').toBe(1);
  expect(
    settled.reduce((sum, count) => sum + count.orders, 0),
    'every order from the first to the newest is counted once: none lost, none doubled',
  ).toBe(newestOrder(settled));
});

test('the one-time link works once', async ({ page }) => {
  const link = /http:\/\/127\.0\.0\.1:\d+\/setup\?token=\S+/.exec(readFileSync(tidemark.logFile, 'utf8'))?.[0] as string;
  await page.goto(link);
  await expect(page.getByText('This server already has an administrator.')).toBeVisible();
});
