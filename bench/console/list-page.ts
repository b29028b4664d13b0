/**
 * The job list as a person meets it, on the production build: first load with an empty cache (rows on the screen), JavaScript that crossed the
 * line (compressed), and Lighthouse's marks. Lighthouse runs in the same Chromium, signed in, desktop form factor.
 */
import { createServer } from 'node:net';
import { type Browser, chromium as browserType } from '@playwright/test';
import chromium from '@sparticuz/chromium';
import lighthouse from 'lighthouse';
import desktop from 'lighthouse/core/config/desktop-config.js';
import type { ConsoleApi } from '../../e2e/servers/console-api.ts';
import type { Emit } from '../record.ts';
import { percentile } from '../statistics.ts';
import { BROWSER_ARGUMENTS } from './browser.ts';

const LOADS = 10;

async function firstLoad(browser: Browser, url: string, api: ConsoleApi): Promise<{ readonly ms: number; readonly scriptBytes: number }> {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  await context.addCookies(api.cookies().map(({ name, value }) => ({ name, value, url })));
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const scripts = new Set<string>();
  let scriptBytes = 0;
  session.on('Network.responseReceived', (event) => {
    if (event.type === 'Script') scripts.add(event.requestId);
  });
  session.on('Network.loadingFinished', (event) => {
    if (scripts.has(event.requestId)) scriptBytes += event.encodedDataLength;
  });
  const started = performance.now();
  await page.goto(`${url}/jobs`, { waitUntil: 'commit' });
  await page.waitForSelector('table tbody tr td:nth-child(6)');
  const ms = performance.now() - started;
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await context.close();
  return { ms, scriptBytes };
}

function freeDebugPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

async function marks(url: string, api: ConsoleApi): Promise<Readonly<Record<string, number>>> {
  const port = await freeDebugPort();
  const browser = await browserType.launch({
    executablePath: await chromium.executablePath(),
    args: [...BROWSER_ARGUMENTS, `--remote-debugging-port=${port}`],
  });
  try {
    const cookie = api
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const result = await lighthouse(
      `${url}/jobs`,
      {
        port,
        logLevel: 'error',
        output: 'json',
        extraHeaders: { Cookie: cookie },
        onlyCategories: ['performance', 'accessibility', 'best-practices'],
      },
      desktop,
    );
    if (!result) throw new Error('Lighthouse gave no result');
    return Object.fromEntries(
      Object.entries(result.lhr.categories).map(([name, category]) => [name, Math.round((category.score ?? 0) * 100)]),
    );
  } finally {
    await browser.close();
  }
}

export async function listPage(url: string, api: ConsoleApi, jobs: number, emit: Emit): Promise<void> {
  const browser = await browserType.launch({ executablePath: await chromium.executablePath(), args: BROWSER_ARGUMENTS });
  const times: number[] = [];
  let scriptBytes = 0;
  try {
    for (let i = 0; i < LOADS; i++) {
      const load = await firstLoad(browser, url, api);
      times.push(load.ms);
      scriptBytes = Math.max(scriptBytes, load.scriptBytes);
    }
  } finally {
    await browser.close();
  }
  emit({
    suite: 'console',
    route: 'job list: first load',
    jobs,
    msP50: percentile(times, 0.5),
    msP95: percentile(times, 0.95),
    n: LOADS,
    scriptBytes,
  });
  for (const [name, mark] of Object.entries(await marks(url, api)))
    emit({ suite: 'console', route: `job list: Lighthouse ${name}`, jobs, mark });
}
