/** Every screen and dialog by axe (WCAG 2.0, 2.1 and 2.2, A and AA), in both themes and both languages. Dialogs are opened by keys, which are the same in every language. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { consoleOfThisFile, setLook, signInContext } from './console-server.ts';
import { countingSql, failingSql, seedAlarmsAndConnections, WRONG_SQL } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('accessibility');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const JOB_TABS = ['overview', 'tasks', 'plan', 'snapshots', 'exceptions', 'submit', 'logs', 'ledger', 'alarms', 'configuration', 'tags'];

interface Jobs {
  readonly running: number;
  readonly stopped: number;
  readonly wrong: number;
}
let jobs: Jobs | undefined;

/** A running job with a checkpoint, a stopped one with a savepoint, a draft that does not plan. */
async function seed(): Promise<Jobs> {
  const { api } = console_;
  const [running, stopped, wrong] = [
    await api.createJob('running', countingSql({ sink: 'print' }), { checkpointIntervalSeconds: 1 }),
    await api.createJob('stopped', countingSql()),
    await api.createJob('wrong', WRONG_SQL),
  ];
  await seedAlarmsAndConnections(api);
  const failing = await api.createJob('fails', failingSql(), { restartWhenException: false });
  for (const job of [running, stopped, failing]) await api.start(job.id);
  for (const job of [running, stopped]) await api.waitFor(job.id, ['job_running']);
  await api.stop(stopped.id);
  await api.waitFor(stopped.id, ['job_cancel_success']);
  await expect.poll(async () => (await api.job(running.id)).newestSnapshot).not.toBeNull();
  return { running: running.id, stopped: stopped.id, wrong: wrong.id };
}

class Examination {
  readonly #page: Page;
  readonly #found: string[] = [];
  #screens = 0;
  constructor(page: Page) {
    this.#page = page;
  }

  /** By all rules in light; in dark, where the same elements have other colours, by the rule of contrast. */
  async screen(name: string): Promise<void> {
    await this.#still();
    await this.#judge(`${name}, light`, new AxeBuilder({ page: this.#page }).withTags(TAGS));
    await this.#show('dark');
    await this.#judge(`${name}, dark`, new AxeBuilder({ page: this.#page }).withRules(['color-contrast']));
    await this.#show('light');
    this.#screens += 1;
  }

  async #judge(name: string, axe: AxeBuilder): Promise<void> {
    // One document without frames: judged in place, which spares a page of its own for each.
    const { violations } = await axe.setLegacyMode().analyze();
    for (const violation of violations) {
      for (const node of violation.nodes)
        this.#found.push(`${name}: ${violation.id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`);
    }
  }

  async #show(theme: 'light' | 'dark'): Promise<void> {
    await this.#page.evaluate((next) => {
      document.documentElement.dataset.theme = next;
    }, theme);
    await this.#still();
  }

  /** What fades in is judged when it has come. */
  async #still(): Promise<void> {
    await this.#page.waitForFunction(() =>
      document
        .getAnimations()
        .every((one) => one.playState !== 'running' || one.effect?.getTiming().iterations === Number.POSITIVE_INFINITY),
    );
  }

  async visit(name: string, path: string): Promise<void> {
    await this.#page.goto(`${console_.url}${path}`);
    await this.settle();
    await this.screen(name);
  }

  async settle(): Promise<void> {
    await expect(this.#page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(this.#page.locator('main :is([aria-busy="true"], .skeleton)')).toHaveCount(0, { timeout: 30_000 });
  }

  /** Opens a dialog with keys, examines it and closes it. */
  async dialog(name: string, keys: readonly string[], ready?: () => Promise<void>): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
    const dialog = this.#page.getByRole('dialog');
    await expect(dialog, name).toBeVisible();
    await ready?.();
    await expect(dialog.locator('[aria-busy="true"]')).toHaveCount(0);
    await this.screen(name);
    await this.#page.keyboard.press('Escape');
    await expect(dialog, name).toHaveCount(0);
  }

  result(): { screens: number; found: readonly string[] } {
    return { screens: this.#screens, found: this.#found };
  }
}

for (const language of ['en', 'zh'] as const) {
  test(`no violation in ${language}`, async ({ page, context }) => {
    const look = { language, theme: 'light' } as const;
    await setLook(context, console_.url, look);
    const examination = new Examination(page);
    await examination.visit('sign-in', '/sign-in');
    await examination.visit('setup', '/setup?token=used');
    await signInContext(context, console_.url, look);
    if (jobs === undefined) {
      await examination.visit('list, empty', '/jobs');
      jobs = await seed();
    }
    const { running, stopped, wrong } = jobs;
    const row = page.locator('[data-job-rows] tbody tr');

    await examination.visit('list', '/jobs?sort=id');
    await expect(row.nth(2)).toBeVisible();
    await examination.dialog('create', ['c'], () => page.keyboard.type('a-free-name'));
    await page.keyboard.press('j');
    await page.keyboard.press('.');
    await expect(page.getByRole('menu')).toBeVisible();
    await examination.screen('More menu');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await examination.dialog('stop', ['Shift+S'], () => expect(page.getByRole('dialog').getByRole('radio')).toHaveCount(3));
    await examination.dialog('trigger savepoint', ['Shift+P']);
    await page.keyboard.press('j');
    const verdict = () => expect(page.getByRole('dialog').getByRole('term').first()).toBeVisible({ timeout: 30_000 });
    await examination.dialog('start', ['s'], verdict);
    await page.keyboard.press('x');
    await examination.screen('list with a selection');
    await page.keyboard.press('x');
    for (const [name, down] of [
      ['delete', 2],
      ['rename', 3],
      ['import', 4],
      ['permissions', 6],
      ['runtime configuration', 7],
    ] as const) {
      await page.keyboard.press('.');
      await expect(page.getByRole('menu')).toBeVisible();
      await page.getByRole('menuitem').nth(down).focus();
      await examination.dialog(name, ['Enter']);
    }
    await examination.dialog('help', ['?']);
    await examination.dialog('palette', ['ControlOrMeta+k']);
    await examination.visit('list, no match', '/jobs?q=nothing-like-it');

    for (const tab of JOB_TABS) await examination.visit(`job page, ${tab}`, `/jobs/${running}?tab=${tab}`);
    await examination.visit('job page of a draft', `/jobs/${wrong}`);
    await examination.visit('edit', `/jobs/${stopped}/edit`);
    await examination.visit('edit with problems', `/jobs/${wrong}/edit`);
    await examination.visit('start as a page', `/jobs/start?ids=${stopped}`);
    for (const path of [
      '/snapshots',
      '/snapshots?tab=cost',
      '/snapshots?tab=orphans',
      '/snapshots?tab=retention',
      '/templates',
      '/templates?kind=recipe',
      '/templates/new',
      '/packages',
      '/guide',
      `/guide?job=${stopped}`,
      '/queues',
      '/audit',
      '/settings',
      '/account',
    ])
      await examination.visit(path.slice(1), path);

    for (const [name, path] of [
      ['channel', '/alarms?tab=channels'],
      ['rule', '/alarms?tab=rules'],
      ['connection', '/connections'],
    ] as const) {
      await examination.visit(`${name}s`, path);
      // The button that makes one stands first, whatever its language.
      await page.getByRole('main').getByRole('button').first().focus();
      await examination.dialog(name, ['Enter']);
    }
    await expect(async () => {
      await page.goto(`${console_.url}/alarms`);
      await expect(page.getByRole('row')).toHaveCount(2, { timeout: 5_000 });
    }).toPass();
    await examination.screen('alarms that fire');

    const { screens, found } = examination.result();
    process.stdout.write(`    axe, ${language}: ${screens} screens and dialogs in both themes\n`);
    expect(found).toEqual([]);
  });
}
