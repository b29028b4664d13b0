/**
 * The four restart recipes from the template to their proof, the guide's answers for that job and the way to the setting that mends one, and a template
 * made, checked, used and deleted.
 */
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { ConsolePages } from './pages/console.ts';
import { GuidePages } from './pages/guide.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('guide');

test('a recipe walks through a failure, and the guide answers for its job', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const pages = new ConsolePages(page, console_.url);
  const guide = new GuidePages(page, console_.url);
  const jobId = await guide.makeRecipeJob('Restart after a failure');

  await test.step('start, first checkpoint, kill, restart by itself, proof', async () => {
    await guide.expectStepNow('Start the job');
    await pages.startNow();
    await guide.expectStepNow('Kill its process');
    await guide.recipe.getByRole('button', { name: 'Kill the process' }).click();
    await guide.expectProof();
  });

  await test.step('answers of its own', async () => {
    await page.getByRole('link', { name: 'What happens to my data if …' }).first().click();
    await page.waitForURL(`**/guide?job=${jobId}`);
    // The print sink may show records again; the files do not.
    await expect(guide.event(1)).toContainText(/may repeat/i, { timeout: 30_000 });
    await expect(guide.event(1)).toContainText('turnover_by_city');
    await expect(guide.event(2)).toContainText('not set so');
    await expect(guide.event(16)).toContainText('Nothing lost');
    await expect(guide.event(14)).toContainText('not for this job');
    await page.getByRole('tab', { name: /As set now/ }).click();
    await expect(guide.event(2)).toHaveCount(0);
  });

  await test.step('a setting that loses is told, and its button goes there', async () => {
    const { version } = await console_.api.job(jobId);
    await console_.api.call('PATCH', `/jobs/${jobId}`, { baseVersion: version, options: { resumeCheckpoint: false } });
    await guide.open(jobId);
    await expect(guide.event(2)).not.toContainText('not set so');
    await expect(guide.event(2)).toContainText('Lost');
    await guide
      .event(2)
      .getByRole('link', { name: /Go to Restore Job from Checkpoint/ })
      .click();
    await page.waitForURL(`**/jobs/${jobId}/edit#option-resumeCheckpoint`);
    await expect(page.getByRole('switch', { name: /Restore Job from Checkpoint/ })).toBeFocused({ timeout: 30_000 });
  });

  await test.step('for a job as it is made', async () => {
    await guide.open(null);
    await expect(page.getByText('These are the answers for a job with all defaults')).toBeVisible();
    await page.getByRole('combobox', { name: 'Answers for' }).fill('fault');
    await page.getByRole('option', { name: /fault-restart/ }).click();
    await page.waitForURL(`**/guide?job=${jobId}`);
  });
});

test('the other recipes prove themselves too, one of them on a phone', async ({ page, context }) => {
  await signInContext(context, console_.url);
  // All at once: each waits for checkpoints most of its time.
  const begin = async (name: string, width: number) => {
    const own = width === 1440 ? page : await context.newPage();
    await own.setViewportSize({ width, height: 900 });
    const guide = new GuidePages(own, console_.url);
    await guide.makeRecipeJob(name);
    await guide.expectStepNow('Start the job');
    await guide.act('Start');
    const pages = new ConsolePages(own, console_.url);
    await pages.confirmStart();
    return { guide, pages };
  };
  const again = async ({ guide, pages }: Awaited<ReturnType<typeof begin>>) => {
    await guide.expectStepNow('Start it again');
    await guide.act('Start');
    expect(await pages.confirmStart()).toContain('Nothing will be lost');
    await guide.expectProof();
  };
  const planned = await begin('Planned restart with a savepoint', 1440);
  const stateless = await begin('Planned restart of a job without state', 390);
  const imported = await begin('Restore from an imported checkpoint', 1024);

  await test.step('stopped with a savepoint', async () => {
    await planned.guide.expectStepNow('Stop it with a savepoint');
    await planned.guide.act('Stop');
    await planned.pages.confirmStop('Trigger savepoint');
  });
  await test.step('stopped without one', async () => {
    for (const { guide, pages } of [stateless, imported]) {
      await guide.expectStepNow('Stop it without a savepoint');
      await guide.act('Stop');
      await pages.confirmStop('Without savepoint');
    }
  });
  await test.step('a checkpoint imported', async () => {
    await imported.guide.expectStepNow('Import the newest checkpoint');
    await imported.guide.act('Import Savepoint');
    expect(await imported.pages.confirmImport()).toMatch(/^chk-/);
  });
  await test.step('started again: every order is there once', async () => {
    for (const recipe of [planned, stateless, imported]) await again(recipe);
  });
});

test('a template is made, checked, used and deleted', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const pages = new ConsolePages(page, console_.url);
  await page.goto(`${console_.url}/templates`);
  await page.getByRole('link', { name: 'Create Template' }).first().click();
  await page.waitForURL('**/templates/new');
  await page.getByLabel('Name').fill('count-by-city');
  await pages.replaceSql(countingSql().replace('SUM(amount)', 'SUM(amonut)'));
  await page.getByRole('button', { name: 'Check Semantics' }).click();
  await expect(page.getByText(/amonut/).last()).toBeVisible();
  await pages.replaceSql(countingSql());
  await page.getByRole('button', { name: 'Check Semantics' }).click();
  await expect(page.getByText('Semantics are right.')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/\/templates\/\d+$/);

  await page.getByRole('button', { name: 'Create Job' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create Job' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('from-template');
  await dialog.getByRole('button', { name: /^Create and edit/ }).click();
  await page.waitForURL('**/edit');
  await expect(pages.editor).toContainText('orders_by_city');

  await page.goto(`${console_.url}/templates?kind=custom`);
  await page.getByRole('checkbox', { name: 'Select count-by-city' }).check();
  await page.getByRole('button', { name: 'Delete 1 template' }).click();
  await expect(page.getByText('1 template deleted')).toBeVisible();
  await expect(page.getByRole('link', { name: 'count-by-city' })).toHaveCount(0);
  // What comes with the product stays.
  await page.goto(`${console_.url}/templates?kind=sample`);
  await page.getByRole('checkbox', { name: 'Select Most clicked products' }).check();
  await expect(page.getByRole('button', { name: 'Delete', exact: true })).toHaveAttribute('aria-disabled', 'true');
});
