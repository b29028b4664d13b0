/**
 * The whole life of a job with the keyboard alone: create, edit, save, start, stop with savepoint, import a savepoint, start, delete. Nothing here
 * touches the mouse, and after each act something on the page has the focus.
 */
import type { Locator, Page } from '@playwright/test';
import { ADMINISTRATOR } from '../servers/tidemark.ts';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('keyboard');

/** Presses Tab until the place has the focus; every stop on the way must be a real element that can be seen. */
async function tabTo(page: Page, place: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab', most = 60): Promise<void> {
  await expect(place).toBeVisible();
  for (let press = 0; press < most; press += 1) {
    if (await place.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${most} presses of ${key} did not reach ${place}; the focus is on ${await focusOf(page)}`);
}

async function focusOf(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    return element === null
      ? 'nothing'
      : `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 60) ?? ''}`;
  });
}

async function expectFocusKept(page: Page): Promise<void> {
  await expect
    .poll(async () => await page.evaluate(() => document.activeElement?.tagName ?? 'nothing'), 'the focus is not lost')
    .not.toMatch(/BODY|nothing/);
}

/** The page listens to keys: its scripts run and its stream is open. */
async function expectReady(page: Page): Promise<void> {
  await expect(page.getByRole('banner').getByText('Live', { exact: true })).toBeVisible();
}

test('signs in with Tab and Enter', async ({ page }) => {
  await page.goto(`${console_.url}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await tabTo(page, page.getByLabel('E-mail'));
  await page.keyboard.type(ADMINISTRATOR.email);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(ADMINISTRATOR.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/jobs');
});

test('a job lives its whole life without the mouse', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const { api } = console_;
  const main = page.getByRole('main');
  let id = 0;
  const status = (word: string) => expect(main.getByText(word, { exact: true }).first()).toBeVisible({ timeout: 60_000 });

  await test.step('C creates, Enter confirms, the editor opens', async () => {
    await page.goto(`${console_.url}/jobs`);
    await expectReady(page);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog', { name: 'Create Job' });
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expectFocusKept(page);
    await page.keyboard.press('c');
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await page.keyboard.type('by-keyboard');
    await expect(dialog.getByText(/Name is free/)).toBeVisible();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/edit');
    id = Number(/jobs\/(\d+)/.exec(page.url())?.[1]);
  });

  await test.step('the editor takes text, saves, and is left by Esc and Tab', async () => {
    const editor = page.locator('.cm-content');
    await expect(editor).toBeVisible();
    await expectFocusKept(page);
    await tabTo(page, editor);
    await page.keyboard.insertText(countingSql());
    await expect(page.getByText(/Semantics are right/)).toBeVisible();
    await page.keyboard.press('ControlOrMeta+s');
    await expect(page.getByText(/unsaved change/)).toHaveCount(0);
    expect((await api.job(id)).version).toBe(2);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await expect(editor).not.toBeFocused();
    await expectFocusKept(page);
    const interval = page
      .getByRole('textbox', { name: 'Checkpoint Interval' })
      .or(page.getByRole('spinbutton', { name: 'Checkpoint Interval' }));
    await tabTo(page, interval.first());
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1');
    await page.keyboard.press('ControlOrMeta+s');
    await expect(page.getByText(/unsaved change/)).toHaveCount(0);
    await expectFocusKept(page);
  });

  await test.step('Ctrl Enter in the editor opens the start, Enter starts', async () => {
    await tabTo(page, page.locator('.cm-content'), 'Shift+Tab');
    await page.keyboard.press('ControlOrMeta+Enter');
    const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
    const start = dialog.getByRole('button', { name: 'Start Now' });
    await expect(start).toBeFocused();
    await expect(start).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expectFocusKept(page);
    await api.waitFor(id, ['job_running']);
    await status('Running');
  });

  await test.step('G J opens the list, J and Enter the job, digits its tabs', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL(/\/jobs$/);
    await expect(page.getByRole('link', { name: 'by-keyboard' })).toBeVisible();
    await expectFocusKept(page);
    await page.keyboard.press('j');
    await expect(page.getByRole('link', { name: 'by-keyboard' })).toBeFocused();
    await page.keyboard.press('x');
    await expect(page.getByText('1 job selected')).toBeVisible();
    await page.keyboard.press('x');
    await expect(page.getByText('1 job selected')).toHaveCount(0);
    await expectFocusKept(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/jobs/${id}`);
    await expectFocusKept(page);
    await expect(page.getByRole('tab', { name: 'Ledger' })).toBeVisible();
    await page.keyboard.press('8');
    await expect(page.getByRole('tabpanel', { name: 'Ledger' })).toBeVisible();
    await page.keyboard.press('1');
    await expectFocusKept(page);
  });

  await test.step('Shift S stops: Enter is the safe way', async () => {
    await expect.poll(async () => (await api.job(id)).newestSnapshot, 'a checkpoint to import later').not.toBeNull();
    await page.keyboard.press('Shift+S');
    const dialog = page.getByRole('dialog', { name: 'Stop Job' });
    await expect(dialog.getByRole('button', { name: 'Save and stop' })).toBeFocused();
    await expect(dialog.getByRole('radio', { name: 'Trigger savepoint' })).toBeChecked();
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expectFocusKept(page);
    await status('Stopped');
  });

  await test.step('the More menu of the row imports a checkpoint', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL(/\/jobs$/);
    await expect(page.getByRole('link', { name: 'by-keyboard' })).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('.');
    const menu = page.getByRole('menu');
    await expect(menu).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
    await expectFocusKept(page);
    await page.keyboard.press('.');
    await expect(menu).toBeVisible();
    await page.keyboard.type('Imp');
    await expect(page.getByRole('menuitem', { name: 'Import Savepoint' })).toBeFocused();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Import Savepoint' });
    const checkpoint = dialog.getByRole('button', { name: /^chk-\d+/ }).first();
    await expect(checkpoint).toBeVisible();
    await tabTo(page, checkpoint);
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('Can be restored')).toBeVisible({ timeout: 30_000 });
    await tabTo(page, dialog.getByRole('button', { name: /^Import/ }).last());
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expectFocusKept(page);
  });

  await test.step('S starts from it', async () => {
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
    // On Cancel until the verdict stands, then on Start when nothing is lost.
    await expect(dialog.getByRole('button', { name: /^(Cancel|Start)/ }).and(page.locator(':focus'))).toBeVisible();
    await expect(dialog.getByText('imported').first()).toBeVisible();
    const start = dialog.getByRole('button', { name: /^Start/ });
    await expect(start).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await tabTo(page, start);
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await api.waitFor(id, ['job_running']);
    await expectFocusKept(page);
    await page.keyboard.press('Shift+S');
    const stop = page.getByRole('dialog', { name: 'Stop Job' });
    await expect(stop.getByRole('button', { name: 'Save and stop' })).toBeFocused();
    await page.keyboard.press('Enter');
    await api.waitFor(id, ['job_cancel_success']);
  });

  await test.step('Delete from the menu, with the name typed', async () => {
    await expect(page.getByRole('row', { name: /by-keyboard/ })).toContainText('Stopped');
    await page.keyboard.press('.');
    await expect(page.getByRole('menu')).toBeVisible();
    const remove = page.getByRole('menuitem', { name: 'Delete' });
    // The row has heard of the stop's end before the menu allows the act; letters find only what is allowed.
    await expect(remove).toBeEnabled();
    await expect(async () => {
      await page.keyboard.type('Del');
      await expect(remove).toBeFocused({ timeout: 1_000 });
    }).toPass();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete Job' });
    const field = dialog.getByRole('textbox', { name: /Type by-keyboard to delete it/ });
    await tabTo(page, field);
    await page.keyboard.type('by-keyboard');
    await tabTo(page, dialog.getByRole('button', { name: 'Delete', exact: true }));
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('link', { name: 'by-keyboard' })).toHaveCount(0);
    await expectFocusKept(page);
  });
});

test('Esc closes one level at a time', async ({ page, context }) => {
  await signInContext(context, console_.url);
  await page.goto(`${console_.url}/templates`);
  await expectReady(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  const palette = page.getByRole('combobox', { name: 'Search or run a command' });
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expectFocusKept(page);

  await test.step('the palette goes to a page and opens dialogs', async () => {
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('Queues');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/queues');
    await expectFocusKept(page);
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('Create');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create Job' });
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expectFocusKept(page);
  });

  await test.step('single keys do nothing in a text field', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/templates');
    await page.goto(`${console_.url}/audit`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const field = page.getByRole('searchbox').or(page.getByRole('textbox')).first();
    await tabTo(page, field);
    await page.keyboard.type('c?');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
});
