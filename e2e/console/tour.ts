/**
 * Pictures of every screen for docs/screenshots, from the production build with jobs that look like a day's work:
 *   node e2e/console/tour.ts [folder] [--every]
 * With --every all screens are shown in Chinese and dark, at 1024 and at 390 px too, whole height: for looking at them, not for the docs.
 * Pictures are reduced to a palette, so that the whole folder stays small.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import sharp from 'sharp';
import configuration from '../../playwright.config.ts';
import { ConsoleApi } from '../servers/console-api.ts';
import { ADMINISTRATOR, startTidemark } from '../servers/tidemark.ts';
import { type Look, setLook, signInContext } from './console-server.ts';
import { countingSql, failingSql, seedAlarmsAndConnections, WINDOW_SQL, WRONG_SQL } from './sample-jobs.ts';

const FOLDER = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? join(import.meta.dirname, '..', '..', 'docs', 'screenshots');
const EVERY = process.argv.includes('--every');
const COLOURS = 64;

interface Jobs {
  readonly running: number;
  readonly stopped: number;
  readonly wrong: number;
}

async function addJob(
  api: ConsoleApi,
  name: string,
  description: string,
  sql: string,
  options: Record<string, unknown> = {},
  tags = '',
): Promise<number> {
  const [key = '', value = ''] = tags.split('=');
  const { job } = await api.call<{ job: { id: number } }>('POST', '/jobs', {
    name,
    description,
    sql,
    options,
    tags: key ? [{ key, value }] : [],
  });
  return job.id;
}

/** Jobs in several states; the first has been stopped and started, so that its tide line and ledger have something to tell. */
async function seed(api: ConsoleApi): Promise<Jobs> {
  const often = { checkpointIntervalSeconds: 3 };
  const running = await addJob(
    api,
    'orders-by-city-1m',
    'Orders and turnover of each city',
    countingSql({ rowsPerSecond: 800, sink: 'print' }),
    often,
    'env=prod',
  );
  const others = [
    await addJob(api, 'sensor-averages-1m', 'Mean temperature of each sensor by minute', WINDOW_SQL, often, 'env=prod'),
    await addJob(
      api,
      'payments-settlement-dedup',
      'Each payment once, to the settlement topic',
      countingSql({ rowsPerSecond: 300 }),
      often,
      'env=prod',
    ),
    await addJob(api, 'clickstream-sessions', 'Sessions of the shop, gap 30 min', countingSql({ rowsPerSecond: 1_500 }), often, 'env=prod'),
  ];
  const stopped = await addJob(
    api,
    'inventory-upsert',
    'Stock by warehouse, into PostgreSQL',
    countingSql({ rowsPerSecond: 400 }),
    often,
    'env=staging',
  );
  const finished = await addJob(
    api,
    'backfill-2025-11',
    'Orders of November once more',
    countingSql({ rowsPerSecond: 5_000, rows: 5_000 }),
    often,
  );
  const failed = await addJob(api, 'returns-per-parcel', 'Share of each parcel that came back', failingSql(), {
    restartWhenException: false,
  });
  const wrong = await addJob(api, 'fraud-score-join', 'Draft: card payments with the newest score', WRONG_SQL);
  await addJob(api, 'price-changes', 'Draft of the pricing team', countingSql(), {}, 'env=staging');
  await seedAlarmsAndConnections(api);
  // The one that fails and the one that ends leave their CUs to the others.
  for (const id of [failed, finished]) await api.start(id);
  await api.waitFor(failed, ['job_submit_fail', 'job_running_exception']);
  await api.waitFor(finished, ['job_finish']);
  for (const id of [running, ...others, stopped]) await api.start(id);
  for (const id of [running, ...others, stopped]) await api.waitFor(id, ['job_running']);
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await api.stop(running);
  await api.stop(stopped);
  for (const id of [running, stopped]) await api.waitFor(id, ['job_cancel_success']);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await api.start(running);
  await api.waitFor(running, ['job_running']);
  await api.call('POST', `/jobs/${running}/savepoint`, { path: '' });
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  return { running, stopped, wrong };
}

class Tour {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #jobs: Jobs;
  bytes = 0;
  constructor(browser: Browser, url: string, jobs: Jobs) {
    this.#browser = browser;
    this.#url = url;
    this.#jobs = jobs;
  }

  async #shoot(page: Page, name: string, fullPage = false): Promise<void> {
    await page.waitForTimeout(900);
    const file = join(FOLDER, `${name}.png`);
    await sharp(await page.screenshot({ fullPage }))
      .png({ palette: true, colours: COLOURS, effort: 10, compressionLevel: 9 })
      .toFile(file);
    this.bytes += statSync(file).size;
    process.stdout.write(`${name}.png\n`);
  }

  /** A page of its own with that look and width, signed in or not. */
  async #open(look: Look, width: number, signedIn = true): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-US', viewport: { width, height: width < 768 ? 844 : 900 } });
    if (signedIn) await signInContext(context, this.#url, look);
    else await setLook(context, this.#url, look);
    return await context.newPage();
  }

  async #go(page: Page, path: string): Promise<void> {
    await page.goto(`${this.#url}${path}`);
    // A narrow screen names the page in its head only.
    await page.locator('h1').first().waitFor({ state: 'attached' });
    await page
      .locator('[aria-busy="true"]')
      .first()
      .waitFor({ state: 'detached' })
      .catch(() => undefined);
  }

  /** Name of the picture and address of each screen. */
  #screens(): readonly (readonly [string, string])[] {
    const { running, wrong } = this.#jobs;
    return [
      ['job-list', '/jobs'],
      ['job-page', `/jobs/${running}`],
      ...['tasks', 'plan', 'snapshots', 'logs', 'ledger', 'configuration'].map((tab): [string, string] => [
        `job-${tab}`,
        `/jobs/${running}?tab=${tab}`,
      ]),
      ['edit', `/jobs/${wrong}/edit`],
      ['snapshots', '/snapshots'],
      ['snapshot-cost', '/snapshots?tab=cost'],
      ['snapshot-retention', '/snapshots?tab=retention'],
      ['templates', '/templates'],
      ['template-editor', '/templates/2'],
      ['overview', '/overview'],
      ['restart-recipes', '/templates?kind=recipe'],
      ['packages', '/packages'],
      ['guide', `/guide?job=${running}`],
      ['queues', '/queues'],
      ['connections', '/connections'],
      ['alarms', '/alarms'],
      ['alarm-rules', '/alarms?tab=rules'],
      ['job-alarms', `/jobs/${running}?tab=alarms`],
      ['audit', '/audit'],
      ['settings', '/settings'],
      ['account', '/account'],
    ];
  }

  async everything(theme: 'light' | 'dark'): Promise<void> {
    const { running, stopped } = this.#jobs;
    const outside = await this.#open({ theme }, 1440, false);
    await this.#go(outside, '/sign-in');
    await this.#shoot(outside, `sign-in-${theme}`);
    await outside.context().close();

    const page = await this.#open({ theme }, 1440);
    for (const [name, path] of this.#screens()) {
      await this.#go(page, path);
      await this.#shoot(page, `${name}-${theme}`);
    }
    await this.#dialogs(page, theme, running, stopped);
    await this.#forms(page, theme);
    await page.context().close();
  }

  /** Forms of a rule, with what it would have done, and of a connection. */
  async #forms(page: Page, theme: string): Promise<void> {
    for (const [name, path] of [
      ['alarm-rule', '/alarms?tab=rules'],
      ['connection', '/connections'],
    ] as const) {
      await this.#go(page, path);
      await page.getByRole('main').getByRole('button').first().click();
      await page.getByRole('dialog').waitFor();
      await this.#shoot(page, `${name}-${theme}`);
      await page.keyboard.press('Escape');
    }
  }

  async #dialogs(page: Page, theme: string, running: number, stopped: number): Promise<void> {
    await this.#go(page, '/jobs');
    for (const [name, keys] of [
      ['create', ['c']],
      ['palette', ['ControlOrMeta+k']],
      ['shortcuts', ['?']],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await this.#shoot(page, `${name}-${theme}`);
      await page.keyboard.press('Escape');
    }
    await this.#go(page, `/jobs/${running}`);
    for (const [name, key] of [
      ['stop', 'Shift+S'],
      ['trigger-savepoint', 'Shift+P'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await this.#shoot(page, `${name}-${theme}`);
      await page.keyboard.press('Escape');
    }
    await this.#go(page, `/jobs/${stopped}`);
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('term').first().waitFor();
    await this.#shoot(page, `start-${theme}`);
    await dialog.getByRole('radio', { name: 'Start empty' }).check();
    await dialog.getByRole('textbox').first().waitFor();
    await this.#shoot(page, `start-refused-${theme}`);
    await page.keyboard.press('Escape');
    await page.getByRole('main').getByRole('button', { name: /^More/ }).first().click();
    await page.getByRole('menuitem', { name: 'Import Savepoint' }).click();
    await dialog.getByRole('button', { name: /^chk-/ }).first().click();
    await dialog.getByText('Manifest is whole').first().waitFor();
    await this.#shoot(page, `import-savepoint-${theme}`);
    await page.keyboard.press('Escape');
  }

  /** List and job page in Chinese and on narrower screens; with --every all screens. */
  async variants(): Promise<void> {
    const shown = EVERY
      ? this.#screens()
      : ([
          ['job-list', '/jobs'],
          ['job-page', `/jobs/${this.#jobs.running}`],
        ] as const);
    for (const [suffix, look, width] of [
      ['zh', { language: 'zh', theme: EVERY ? 'dark' : 'light' }, 1440],
      ['1024', { theme: 'light' }, 1024],
      ['390', { theme: 'light' }, 390],
    ] as const) {
      const page = await this.#open(look, width);
      for (const [name, path] of shown) {
        await this.#go(page, path);
        await this.#shoot(page, `${name}-${suffix}`, EVERY);
      }
      await page.context().close();
    }
  }

  async firstRun(): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      const page = await this.#open({ theme }, 1440);
      await this.#go(page, '/jobs');
      await this.#shoot(page, `first-run-${theme}`);
      await page.context().close();
    }
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-tour-'));
const { executablePath, args } = configuration.use?.launchOptions ?? {};
const server = await startTidemark({ dataDir: join(scratch, 'data') });
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), ...(args ? { args } : {}) });
try {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await new Tour(browser, server.url, { running: 0, stopped: 0, wrong: 0 }).firstRun();
  const jobs = await seed(await ConsoleApi.signIn(server.url, ADMINISTRATOR.email, ADMINISTRATOR.password));
  const tour = new Tour(browser, server.url, jobs);
  await tour.everything('light');
  await tour.everything('dark');
  await tour.variants();
  process.stdout.write(`${(tour.bytes / 1024 / 1024).toFixed(2)} MB\n`);
} finally {
  await browser.close();
  await server.kill();
  rmSync(scratch, { recursive: true, force: true });
}
