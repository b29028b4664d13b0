/** Page objects of the console: what a user sees and does, by role and name, with the mouse. */
import { expect, type Locator, type Page } from '@playwright/test';

export class ConsolePages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.page.goto(`${this.url}/sign-in`);
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.waitForURL('**/jobs**');
  }

  /** Ends in the editor of the new draft; returns the job's id. */
  async createJob(name: string): Promise<number> {
    await this.page.goto(`${this.url}/jobs`);
    await this.page.getByRole('button', { name: 'Create Job' }).first().click();
    const dialog = this.page.getByRole('dialog', { name: 'Create Job' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: /^Create and edit/ }).click();
    await this.page.waitForURL('**/edit');
    return Number(/jobs\/(\d+)\/edit/.exec(this.page.url())?.[1]);
  }

  get editor(): Locator {
    return this.page.locator('.cm-content');
  }

  async replaceSql(sql: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(sql);
  }

  async setNumber(label: string, value: number): Promise<void> {
    const field = this.page
      .getByRole('textbox', { name: label })
      .or(this.page.getByRole('spinbutton', { name: label }))
      .first();
    await field.fill(String(value));
    await field.blur();
  }

  async save(): Promise<void> {
    await this.page
      .getByRole('button', { name: /^Save(?! As)/ })
      .first()
      .click();
    await expect(this.page.getByText(/unsaved change/)).toHaveCount(0);
  }

  async openJob(id: number): Promise<void> {
    await this.page.goto(`${this.url}/jobs/${id}`);
  }

  /** The status beside the job's name. */
  async expectStatus(status: string, timeout = 60_000): Promise<void> {
    await expect(this.page.getByRole('main').getByText(status, { exact: true }).first()).toBeVisible({ timeout });
  }

  /** From the job page or the editor: opens the start dialog and, when nothing is lost, starts. */
  async startNow(): Promise<string> {
    await this.page
      .getByRole('main')
      .getByRole('button', { name: /^Start/ })
      .first()
      .click();
    return await this.confirmStart();
  }

  /** In the start dialog, when nothing is lost; returns the verdict. */
  async confirmStart(): Promise<string> {
    const dialog = this.page.getByRole('dialog', { name: 'Start Flink Jobs' });
    const verdict = dialog.getByRole('status').first();
    await expect(verdict).toContainText(/Nothing will be lost|begins by|starts by|no snapshot|never|Nothing/i, { timeout: 30_000 });
    const sentence = (await verdict.textContent()) ?? '';
    await dialog.getByRole('button', { name: /^Start Now/ }).click();
    await expect(dialog).toBeHidden({ timeout: 20_000 });
    return sentence;
  }

  async stop(choice: 'Trigger savepoint' | 'Drain and stop' | 'Without savepoint'): Promise<void> {
    await this.page.getByRole('main').getByRole('button', { name: /^Stop/ }).first().click();
    await this.confirmStop(choice);
  }

  async confirmStop(choice: 'Trigger savepoint' | 'Drain and stop' | 'Without savepoint'): Promise<void> {
    const dialog = this.page.getByRole('dialog', { name: 'Stop Job' });
    await dialog.getByRole('radio', { name: choice }).check();
    const confirm = {
      'Trigger savepoint': 'Save and stop',
      'Drain and stop': 'Drain and stop',
      'Without savepoint': 'Stop without savepoint',
    }[choice];
    await dialog.getByRole('button', { name: confirm }).click();
    await expect(dialog).toBeHidden();
  }

  /** More > Import Savepoint of the newest checkpoint in the job's own folder, picked in the bucket browser; Flink keeps them in a folder of the run. Returns its name. */
  async importNewestCheckpoint(): Promise<string> {
    await this.page.getByRole('main').getByRole('button', { name: /^More/ }).first().click();
    await this.page.getByRole('menuitem', { name: /^Import Savepoint/ }).click();
    return await this.confirmImport();
  }

  async confirmImport(): Promise<string> {
    const dialog = this.page.getByRole('dialog', { name: 'Import Savepoint' });
    const checkpoints = dialog.getByRole('button', { name: /^chk-\d+/ });
    const ofRun = dialog.getByRole('button', { name: /^[0-9a-f]{32}$/ });
    await expect(checkpoints.or(ofRun).first()).toBeVisible({ timeout: 30_000 });
    if (await ofRun.first().isVisible()) await ofRun.first().click();
    await expect(checkpoints.first()).toBeVisible({ timeout: 30_000 });
    const names = (await checkpoints.allTextContents()).map((text) => Number(/chk-(\d+)/.exec(text)?.[1]));
    const newest = `chk-${Math.max(...names)}`;
    await dialog.getByRole('button', { name: new RegExp(`^${newest}\\b`) }).click();
    await expect(dialog.getByText('Can be restored')).toBeVisible({ timeout: 30_000 });
    await dialog
      .getByRole('button', { name: /^Import/ })
      .last()
      .click();
    await expect(dialog).toBeHidden({ timeout: 30_000 });
    return newest;
  }
}
