/**
 * Playwright's `test` with a watch on every page of the context: console errors, uncaught errors, violations of the content security policy and
 * requests that leave this machine fail the test at its end, unless it said beforehand which it expects. The layout shift of each page that was
 * loaded is printed.
 */
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';

export interface Watch {
  /** Console errors that match are expected from now on (a server that is killed, a request that is refused). */
  expectErrors(...patterns: readonly RegExp[]): void;
  readonly problems: readonly string[];
  /** Cumulative layout shift by path, the largest seen. */
  readonly shifts: ReadonlyMap<string, number>;
  /** Watches the pages of another context too. */
  also(context: BrowserContext): Promise<void>;
}

class PageWatch implements Watch {
  readonly problems: string[] = [];
  readonly shifts = new Map<string, number>();
  readonly #expected: RegExp[] = [];

  expectErrors(...patterns: readonly RegExp[]): void {
    this.#expected.push(...patterns);
  }

  async also(context: BrowserContext): Promise<void> {
    await context.exposeFunction('tidemarkReport', (kind: string, text: string, value: number) => {
      if (kind === 'shift') this.shifts.set(text, Math.max(this.shifts.get(text) ?? 0, value));
      else this.#add(`${kind}: ${text}`);
    });
    await context.addInitScript(watchInPage);
    context.on('page', (page) => this.#watch(page));
    for (const page of context.pages()) this.#watch(page);
  }

  #watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#add(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#add(`uncaught: ${error.stack ?? error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:|^wss?:/.test(url.protocol) && url.hostname !== '127.0.0.1') this.#add(`request leaves the machine: ${request.url()}`);
    });
  }

  #add(problem: string): void {
    if (!this.#expected.some((pattern) => pattern.test(problem))) this.problems.push(problem);
  }
}

/** Runs in the page before its own scripts. */
function watchInPage(): void {
  const report = (window as unknown as { tidemarkReport(kind: string, text: string, value: number): void }).tidemarkReport;
  document.addEventListener('securitypolicyviolation', (event) =>
    report(
      'content security policy',
      `${event.effectiveDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`,
      0,
    ),
  );
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (entry.hadRecentInput) continue;
      sum += entry.value;
      report('shift', location.pathname, sum);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ context }, use, info) => {
      const watch = new PageWatch();
      await watch.also(context);
      await use(watch);
      const shifts = [...watch.shifts].map(([path, value]) => `${path} ${value.toFixed(4)}`);
      if (shifts.length > 0) process.stdout.write(`    layout shift, ${info.title}: ${shifts.join(', ')}\n`);
      expect(watch.problems, 'no console error, no policy violation, no request to another machine').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
