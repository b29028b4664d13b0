/** Page objects of the snapshots page and of packages. */
import { expect, type Locator, type Page } from '@playwright/test';

export class SnapshotPages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async open(tab: 'list' | 'cost' | 'orphans' | 'retention' = 'list'): Promise<void> {
    await this.page.goto(`${this.url}/snapshots${tab === 'list' ? '' : `?tab=${tab}`}`);
    await expect(this.page.getByRole('heading', { level: 1, name: 'Snapshots' })).toBeVisible();
    await expect(this.page.locator('main :is([aria-busy="true"], .skeleton)')).toHaveCount(0, { timeout: 30_000 });
  }

  row(name: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name }) });
  }

  /** An entry of the More menu of a row. */
  async more(name: string, entry: string | RegExp): Promise<void> {
    await this.row(name).getByRole('button', { name: /^More/ }).click();
    await this.page.getByRole('menuitem', { name: entry, exact: typeof entry === 'string' }).click();
  }

  async upload(file: { name: string; buffer: Buffer }): Promise<void> {
    await this.page.goto(`${this.url}/packages`);
    await this.page.getByRole('button', { name: 'Upload', exact: true }).first().click();
    const dialog = this.page.getByRole('dialog', { name: 'Upload a package' });
    await dialog.getByLabel('File').setInputFiles({ ...file, mimeType: 'application/java-archive' });
    await expect(dialog.getByLabel('Name')).toHaveValue(file.name);
    await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
    await expect(dialog).toBeHidden({ timeout: 60_000 });
  }
}
