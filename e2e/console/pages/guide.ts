/** Page objects of the restart guide, templates and restart recipes. */
import { expect, type Locator, type Page } from '@playwright/test';

export class GuidePages {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  /** One event of the guide, by its number. */
  event(number: number): Locator {
    return this.page.locator(`#event-${number}`);
  }

  async open(jobId: number | null): Promise<void> {
    await this.page.goto(`${this.url}/guide${jobId === null ? '' : `?job=${jobId}`}`);
    await expect(this.event(1)).toBeVisible({ timeout: 30_000 });
  }

  /** From the recipes of the templates page to the page of the new job; returns its id. */
  async makeRecipeJob(name: string): Promise<number> {
    await this.page.goto(`${this.url}/templates?kind=recipe`);
    await this.page.getByRole('button', { name: `Make the job ${name}` }).click();
    await this.page.waitForURL(/\/jobs\/\d+$/);
    return Number(/jobs\/(\d+)/.exec(this.page.url())?.[1]);
  }

  /** The card of the steps. */
  get recipe(): Locator {
    return this.page
      .locator('section')
      .filter({ has: this.page.getByRole('heading', { level: 2, name: /restart|Restart|Restore/ }) })
      .first();
  }

  async expectStepNow(text: string): Promise<void> {
    await expect(this.recipe.getByRole('listitem').filter({ hasText: text })).toHaveAttribute('aria-current', 'step', { timeout: 60_000 });
  }

  /** The button of the step that comes now. */
  async act(button: string): Promise<void> {
    await this.recipe.getByRole('button', { name: button, exact: true }).click();
  }

  async expectProof(): Promise<void> {
    await expect(this.recipe.getByText('Done: nothing is missing and nothing is there twice.')).toBeVisible({ timeout: 90_000 });
    await expect(this.recipe.getByText(/: 0 missing, 0 twice\./)).toBeVisible();
  }
}
