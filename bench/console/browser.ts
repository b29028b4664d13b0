/** The job list in a real browser: opened signed in, and asked what it shows. */

import { chromium as browserType, type Page } from '@playwright/test';
import chromium from '@sparticuz/chromium';
import type { ConsoleApi } from '../../e2e/servers/console-api.ts';

export const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface ListPage {
  readonly page: Page;
  /** Resolves when every row of the table shows this status. */
  waitForRows(status: string): Promise<void>;
  close(): Promise<void>;
}

export async function openListPage(url: string, api: ConsoleApi): Promise<ListPage> {
  const browser = await browserType.launch({ executablePath: await chromium.executablePath(), args: BROWSER_ARGUMENTS });
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  await context.addCookies(api.cookies().map(({ name, value }) => ({ name, value, url })));
  const page = await context.newPage();
  await page.goto(`${url}/jobs`);
  await page.waitForSelector('table tbody tr');
  return {
    page,
    waitForRows: async (status) => {
      await page.waitForFunction(
        (wanted) => {
          const rows = [...document.querySelectorAll('table tbody tr')].filter((row) => row.textContent?.includes('storm-'));
          return rows.length > 0 && rows.every((row) => [...row.querySelectorAll('*')].some((part) => part.textContent?.trim() === wanted));
        },
        status,
        { timeout: 120_000, polling: 50 },
      );
    },
    close: () => browser.close(),
  };
}
