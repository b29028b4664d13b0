/**
 * Alarms from the browser, with a real mail server, a real webhook receiver and the real supervisor: channels and their tests, a rule rehearsed before it
 * is saved, an alarm that fires, is told, shown live, acknowledged, silenced, and whose recovery is told.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MailServer, startMailServer } from '../servers/mail.ts';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { AlarmPages } from './pages/alarms.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('alarms');
interface Told {
  readonly alarms: readonly { readonly transition: string; readonly jobName: string; readonly ruleName: string }[];
}
const told: Told[] = [];
let hook: Server;
let mail: MailServer;

test.beforeAll(async () => {
  mail = await startMailServer({ folder: '', security: 'none' });
  hook = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      if (request.url === '/gone') response.writeHead(410).end('channel_is_archived');
      else {
        told.push(JSON.parse(text) as Told);
        response.end('ok');
      }
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
});
test.afterAll(async () => {
  await mail.close();
  hook.close();
});
test.beforeEach(async ({ context }) => signInContext(context, console_.url));

const hookUrl = (path: string) => `http://127.0.0.1:${(hook.address() as AddressInfo).port}${path}`;
const transitions = () =>
  told.flatMap((one) => one.alarms.filter((item) => item.transition !== 'test')).map((one) => `${one.transition} ${one.jobName}`);

test('an alarm goes its whole way', async ({ page }) => {
  test.setTimeout(400_000);
  const pages = new AlarmPages(page, console_.url);
  const { api } = console_;

  await test.step('channels are tested at once, and the answer is the channel’s own', async () => {
    await pages.open('firing');
    await expect(page.getByText('No rule watches the jobs yet.')).toBeVisible();
    const port = String(mail.port);
    const address = { 'Mail server': '127.0.0.1', Port: port, From: 'tidemark@example.org', To: 'ops@example.org, night@example.org' };
    expect(await pages.makeChannel('mailbox', 'E-mail', address, /^None/)).toContain('250 queued as 1');
    expect(mail.received[0]).toMatchObject({ to: ['ops@example.org', 'night@example.org'] });
    expect(await pages.makeChannel('archived chat', 'Slack-compatible', { URL: hookUrl('/gone') })).toContain('410: channel_is_archived');
    expect(await pages.makeChannel('pager', 'Webhook', { URL: hookUrl('/canary'), 'Signing secret': 'canary-secret' })).toContain(
      '200: ok',
    );
    await expect(pages.row('pager')).toContainText('signed');
    await expect(page.locator('body')).not.toContainText('canary');
  });

  const job = await api.createJob('late-checkpoints', countingSql(), { checkpointIntervalSeconds: 600 });
  await api.start(job.id);
  await api.waitFor(job.id, ['job_running']);

  await test.step('a rule shows when it would have fired before it is saved', async () => {
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    await pages.open('rules');
    await page.getByRole('button', { name: 'New rule' }).click();
    const dialog = page.getByRole('dialog', { name: 'New alarm rule' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('checkpoints stop');
    await dialog.getByRole('spinbutton', { name: 'For' }).fill('10');
    await pages.choose(dialog, 'Unit', 'seconds');
    const preview = dialog.getByRole('region', { name: 'In the last 7 days' });
    await expect(preview).toContainText('This rule would have fired 1 time in the last 7 days.');
    await expect(preview).toContainText('It would fire now: late-checkpoints.');
    await dialog.getByRole('spinbutton', { name: 'For' }).fill('3600');
    await expect(preview).toContainText('would not have fired');
    await dialog.getByRole('spinbutton', { name: 'For' }).fill('10');
    await dialog.getByRole('checkbox', { name: 'pager' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toBeHidden();
    await expect(pages.row('checkpoints stop')).toContainText('No checkpoint for 10 s');
  });

  await test.step('it fires live, with a badge, and is told once', async () => {
    await pages.open('firing');
    const row = pages.row('late-checkpoints');
    await expect(row).toBeVisible({ timeout: 30_000 });
    await expect(row).toContainText(/no checkpoint for \d+s > 10s/);
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Alarms.*1 alarm fires/ })).toBeVisible();
    await expect.poll(transitions, { timeout: 40_000 }).toEqual(['fired late-checkpoints']);
    await expect(row.getByRole('button', { name: 'pager' })).toBeVisible({ timeout: 30_000 });
    await row.getByRole('button', { name: 'pager' }).click();
    await expect(page.getByRole('dialog', { name: 'What became of its notices' })).toContainText('200: ok');
    await page.keyboard.press('Escape');
  });

  await test.step('it is acknowledged and silenced', async () => {
    const row = pages.row('late-checkpoints');
    await row.getByRole('button', { name: /^Acknowledge/ }).click();
    await pages.dialog.getByLabel('Note for the others').fill('moving the bucket');
    await pages.dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await expect(row).toContainText(/seen by/);
    await row.getByRole('button', { name: /^Silence/ }).click();
    await pages.dialog.getByLabel('Reason').fill('known');
    await pages.dialog.getByRole('button', { name: 'Silence' }).click();
    await expect(row).toContainText('silenced');
    await pages.open('silences');
    await expect(pages.row('late-checkpoints')).toContainText('active');
    await page.getByRole('button', { name: 'End now late-checkpoints' }).click();
    await expect(pages.row('late-checkpoints')).toContainText('over');
  });

  await test.step('the job’s tab has rule and alarm; a mute shows there', async () => {
    await page.goto(`${console_.url}/jobs/${job.id}?tab=alarms`);
    const rules = page.getByRole('table', { name: 'Rules that look at this job' });
    await expect(rules.getByRole('row').filter({ hasText: 'checkpoints stop' })).toContainText('firing');
    await expect(page.getByRole('table', { name: 'Its alarms' })).toContainText('seen by');
    await page.getByRole('button', { name: 'Mute this job' }).click();
    await pages.dialog.getByRole('button', { name: 'Silence' }).click();
    await expect(page.getByText(/^Muted until/)).toBeVisible();
    await page.getByRole('button', { name: 'End now' }).click();
    await expect(page.getByText(/^Muted until/)).toHaveCount(0);
  });

  await test.step('recovery is told, and the history keeps it', async () => {
    await api.stop(job.id, 'without');
    await api.waitFor(job.id, ['job_cancel_success']);
    await pages.open('history');
    await expect(pages.row('late-checkpoints')).toContainText('The job was stopped.', { timeout: 30_000 });
    await expect.poll(transitions, { timeout: 40_000 }).toEqual(['fired late-checkpoints', 'recovered late-checkpoints']);
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /alarm fires/ })).toHaveCount(0);
  });

  await test.step('a channel in use is not deleted; a rule is, and then the channel', async () => {
    await pages.open('channels');
    const remove = page.getByRole('button', { name: 'Delete pager' });
    await expect(remove).toHaveAccessibleDescription('used by a rule');
    await pages.open('rules');
    await page.getByRole('button', { name: 'Delete checkpoints stop' }).click();
    await page.getByRole('dialog', { name: 'Delete rule checkpoints stop' }).getByRole('button', { name: 'Delete' }).click();
    await expect(pages.row('checkpoints stop')).toHaveCount(0);
    await pages.open('channels');
    await remove.click();
    await page.getByRole('dialog', { name: 'Delete channel pager' }).getByRole('button', { name: 'Delete' }).click();
    await expect(pages.row('pager')).toHaveCount(0);
    const { items } = await api.call<{ items: { action: string }[] }>('GET', '/audit?pageSize=100');
    const actions = new Set(items.map((one) => one.action));
    for (const action of [
      'createAlarmChannel',
      'testAlarmChannel',
      'createAlarmRule',
      'acknowledgeAlarm',
      'createAlarmSilence',
      'deleteAlarmRule',
    ])
      expect(actions).toContain(action);
  });
});

test('a member sees alarms and may not change how they come', async ({ browser, watch }) => {
  const { api, url } = console_;
  await api.call('POST', '/alarms/channels', { name: 'theirs', target: { kind: 'slack', url: 'https://chat.example.org/hook' } });
  await api.call('POST', '/users', { name: 'Mo', email: 'mo@example.com', password: 'correct horse battery', role: 'member' });
  const other = await browser.newContext();
  await watch.also(other);
  await other.request.post(`${url}/api/v1/session`, {
    headers: { origin: url },
    data: { email: 'mo@example.com', password: 'correct horse battery' },
  });
  const page = await other.newPage();
  await new AlarmPages(page, url).open('channels');
  await expect(page.getByRole('button', { name: 'New channel' })).toHaveAccessibleDescription('Only administrators may do this.');
  await expect(page.getByRole('button', { name: 'Test theirs' })).toHaveAttribute('aria-disabled', 'true');
  expect((await other.request.post(`${url}/api/v1/alarms/channels`, { headers: { origin: url }, data: {} })).status()).toBe(403);
  await other.close();
});
