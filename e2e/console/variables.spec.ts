/** Global variables from their making to a running job that has another value, and the Runtime Configuration tab: completion, marks, mending. */
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { ConsolePages } from './pages/console.ts';
import { VariablePages } from './pages/variables.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('variables');

test('a job takes a global variable and keeps its value while it runs', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const pages = new ConsolePages(page, console_.url);
  const variables = new VariablePages(page, console_.url);
  const sql = countingSql().replace(/'rows-per-second' = '\d+'/, "'rows-per-second' = '{{rate}}'");
  expect(sql).toContain('{{rate}}');

  const jobId = await pages.createJob('with-variable');
  await test.step('a name that is not there is marked in the editor', async () => {
    await pages.replaceSql(sql);
    await expect(page.getByText(/no global variable rate/).first()).toBeVisible();
    await pages.save();
  });

  await test.step('Runtime Configuration proposes, marks and mends keys', async () => {
    const text = await variables.openRuntimeTab();
    await text.fill('pipeline.na');
    await text.press('Control+ ');
    await expect(page.getByRole('button', { name: 'pipeline.name' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(text).toHaveValue('pipeline.name=');
    await expect(text).toBeFocused();
    await page.keyboard.type('of {{rate}}\nexecution.checkpointing.intervall=10 s');
    const problems = page.getByRole('list', { name: 'Problems of the runtime configuration' });
    await expect(problems.getByRole('listitem')).toHaveCount(2);
    await problems.getByRole('button', { name: 'Use execution.checkpointing.interval' }).click();
    await expect(problems.getByRole('listitem')).toHaveCount(1);
    await expect(text).toHaveValue('pipeline.name=of {{rate}}\nexecution.checkpointing.interval=10 s');
    await pages.save();
  });

  await test.step('made in the settings, it makes the job start', async () => {
    await variables.open();
    await variables.create('rate', '20');
    await expect(variables.row('rate')).toContainText('1 job');
    await pages.openJob(jobId);
    await pages.startNow();
    await pages.expectStatus('Running');
  });

  await test.step('a new value waits for the next start, and the settings say so', async () => {
    await variables.open();
    await variables.change('rate', '30');
    await expect(page.getByText(/1 running job goes on with the former value until the next start: with-variable/)).toBeVisible();
    await expect(variables.row('rate')).toContainText('1 with another value');
    await variables.row('rate').getByRole('button', { name: /1 job/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Jobs that name rate' });
    await expect(dialog.getByRole('listitem')).toContainText('runs with 20');
    await page.keyboard.press('Escape');
    await expect(variables.row('rate').getByRole('button', { name: /^Delete/ })).toBeDisabled();
    const { items } = await console_.api.call<{ items: { variables: unknown }[] }>('GET', `/jobs/${jobId}/runs`);
    expect(items[0]?.variables).toEqual({ rate: '20' });
  });

  await test.step('its page has charts of bytes, CPU and memory', async () => {
    await pages.openJob(jobId);
    for (const title of ['Bytes per second', 'CPU, share of one core', 'Memory of the process']) {
      await expect(page.getByText(title, { exact: true })).toBeVisible();
    }
  });
});
