/** Page objects of global variables (Global Configuration) and of the Runtime Configuration tab of the editor. */
import { expect, type Locator, type Page } from '@playwright/test';

export class VariablePages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.url}/settings`);
  }

  row(name: string): Locator {
    return this.page.getByRole('table', { name: 'Global variables' }).getByRole('row').filter({ hasText: name });
  }

  async create(name: string, value: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Create variable' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Create variable' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Value').fill(value);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect(dialog).toBeHidden();
  }

  async change(name: string, value: string): Promise<void> {
    await this.row(name).getByRole('button', { name: /^Edit/ }).click();
    const dialog = this.page.getByRole('dialog', { name: `Change variable ${name}` });
    await dialog.getByLabel('Value').fill(value);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect(dialog).toBeHidden();
  }

  async openRuntimeTab(): Promise<Locator> {
    await this.page.getByRole('tab', { name: 'Runtime Configuration' }).click();
    return this.page.getByRole('textbox', { name: /key=value/ });
  }
}
