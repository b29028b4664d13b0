/**
 * Playwright's `test` with a watch on every page of the context: console errors, uncaught errors, violations of the content security policy and
 * requests that leave this machine fail the test at its end, unless it said beforehand which it expects. So does layout that shifts: by page, the
 * largest burst (shifts less than a second apart, five seconds at most, without those that follow a user's act), as browsers score it.
 */
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';

/** What Web Vitals calls good. */
const SHIFT_MOST = 0.1;

export interface Watch {
  /** Console errors that match are expected from now on (a server that is killed, a request that is refused). */
  expectErrors(...patterns: readonly RegExp[]): void;
  readonly problems: readonly string[];
  /** Largest burst of layout shift by path. */
  readonly shifts: ReadonlyMap<string, number>;
  /** The test takes away so many rows of a page that those below come up: that is what it asked for. */
  expectRowsGone(path: string): void;
  /** Watches the pages of another context too. */
  also(context: BrowserContext): Promise<void>;
}

class PageWatch implements Watch {
  readonly problems: string[] = [];
  readonly shifts = new Map<string, number>();
  /** By path, what moved in that burst. */
  readonly moved = new Map<string, string>();
  readonly #expected: RegExp[] = [];

  readonly rowsGone = new Set<string>();

  expectRowsGone(path: string): void {
    this.rowsGone.add(path);
  }

  expectErrors(...patterns: readonly RegExp[]): void {
    this.#expected.push(...patterns);
  }

  async also(context: BrowserContext): Promise<void> {
    await context.exposeFunction('tidemarkReport', (kind: string, text: string, value: number, moved: string) => {
      if (kind !== 'shift') this.#add(`${kind}: ${text}`);
      else if (value > (this.shifts.get(text) ?? 0)) {
        this.shifts.set(text, value);
        this.moved.set(text, moved);
      }
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
  const report = (window as unknown as { tidemarkReport(kind: string, text: string, value: number, moved: string): void }).tidemarkReport;
  document.addEventListener('securitypolicyviolation', (event) =>
    report(
      'content security policy',
      `${event.effectiveDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`,
      0,
      '',
    ),
  );
  interface Shift extends PerformanceEntry {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly { readonly node: Node | null; readonly previousRect: DOMRect; readonly currentRect: DOMRect }[];
  }
  const place = (rect: DOMRect): string => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(' ');
  const moved = (shift: Shift): string =>
    shift.sources
      .map((one) => `"${one.node?.textContent?.slice(0, 50) ?? ''}" ${place(one.previousRect)} → ${place(one.currentRect)}`)
      .join('; ');
  let burst = { path: '', beganMs: 0, lastMs: 0, sum: 0, moved: '' };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Shift[]) {
      if (entry.hadRecentInput) continue;
      const { pathname: path } = location;
      const goesOn = burst.path === path && entry.startTime - burst.lastMs < 1_000 && entry.startTime - burst.beganMs < 5_000;
      if (!goesOn) burst = { path, beganMs: entry.startTime, lastMs: 0, sum: 0, moved: '' };
      burst.lastMs = entry.startTime;
      burst.sum += entry.value;
      burst.moved += `\n  ${entry.value.toFixed(4)}: ${moved(entry)}`;
      report('shift', path, burst.sum, burst.moved);
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
      const shifty = [...watch.shifts].filter(([path, value]) => value > SHIFT_MOST && !watch.rowsGone.has(path));
      expect(
        shifty.map(([path, value]) => `${path} ${value.toFixed(4)}${watch.moved.get(path) ?? ''}`),
        'no layout shift above 0.1',
      ).toEqual([]);
      expect(watch.problems, 'no console error, no policy violation, no request to another machine').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
