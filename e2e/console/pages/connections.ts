/** Page objects of connections: the form with its test, the row, the dialog that makes a table of one. */
import { expect, type Locator, type Page } from '@playwright/test';

export class ConnectionPages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.url}/connections`);
    await expect(this.page.getByRole('heading', { level: 1, name: 'Connections' })).toBeVisible();
  }

  /** The open dialog; toasts have that role too. */
  get dialog(): Locator {
    return this.page.locator('[role="dialog"]:not([data-toast])');
  }

  row(name: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) });
  }

  /** Opens the form and fills it; the caller tests and saves. Choices are [label, option]. */
  async fillNew(
    name: string,
    kind: RegExp,
    fields: Readonly<Record<string, string>>,
    choices: readonly (readonly [string, RegExp])[] = [],
  ) {
    await this.page.getByRole('button', { name: 'New connection' }).click();
    await this.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    for (const [label, option] of [['Kind', kind] as const, ...choices]) {
      await this.dialog.getByRole('combobox', { name: label }).click();
      await this.page.getByRole('option', { name: option }).click();
    }
    for (const [label, value] of Object.entries(fields)) await this.dialog.getByLabel(label, { exact: true }).fill(value);
  }

  /** Presses Test in the form and waits for the verdict. */
  async test(): Promise<Locator> {
    await this.dialog.getByRole('button', { name: /^Test/ }).click();
    const report = this.dialog.getByRole('region', { name: 'Test' });
    await expect(report.getByText(/^(Works|Does not work)/).first()).toBeVisible({ timeout: 30_000 });
    return report;
  }

  async save(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Save' }).click();
    await expect(this.dialog).toBeHidden();
  }
}
