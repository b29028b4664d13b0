/** Page objects of alarms: rules, channels, what fires, the alarms of a job. By role and name, as a user finds them. */
import { expect, type Locator, type Page } from '@playwright/test';

export class AlarmPages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async open(tab: 'firing' | 'history' | 'rules' | 'channels' | 'silences'): Promise<void> {
    await this.page.goto(`${this.url}/alarms${tab === 'firing' ? '' : `?tab=${tab}`}`);
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
  }

  row(text: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** The open dialog; toasts have that role too. */
  get dialog(): Locator {
    return this.page.locator('[role="dialog"]:not([data-toast])');
  }

  async choose(scope: Locator, label: string, option: string | RegExp): Promise<void> {
    await scope.getByRole('combobox', { name: label }).click();
    await this.page.getByRole('option', { name: option }).click();
  }

  /** Makes a channel and returns what its test, which follows at once, says. */
  async makeChannel(
    name: string,
    kind: 'E-mail' | 'Webhook' | 'Slack-compatible',
    fields: Readonly<Record<string, string>>,
    encryption?: RegExp,
  ) {
    await this.open('channels');
    await this.page.getByRole('button', { name: 'New channel' }).click();
    await this.dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await this.choose(this.dialog, 'Kind', kind);
    if (encryption) await this.choose(this.dialog, 'Encryption', encryption);
    for (const [label, value] of Object.entries(fields)) await this.dialog.getByLabel(label, { exact: true }).fill(value);
    await this.dialog.getByRole('button', { name: 'Save' }).click();
    return this.testAnswer();
  }

  async testAnswer(): Promise<string> {
    const test = this.page.getByRole('dialog', { name: /^Test / });
    await expect(test.getByText(/^(Taken|Not taken)/)).toBeVisible({ timeout: 30_000 });
    const said = (await test.locator('[role="status"], [role="alert"]').first().textContent()) ?? '';
    await test.getByRole('button', { name: 'Close' }).last().click();
    await expect(test).toBeHidden();
    return said;
  }
}
