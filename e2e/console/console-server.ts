/** The product for one spec file: its own data directory and port, started before the first test and killed after the last. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { ConsoleApi } from '../servers/console-api.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import { test } from './watched-page.ts';

export interface ConsoleServer {
  readonly url: string;
  readonly server: TidemarkServer;
  readonly api: ConsoleApi;
  /** Starts it again on the same data directory and port, after it was killed. */
  startAgain(): Promise<void>;
}

/** Declares the hooks of a spec file and returns what they will have started. */
export function consoleOfThisFile(name: string): ConsoleServer {
  let scratch = '';
  let server: TidemarkServer | undefined;
  let api: ConsoleApi | undefined;
  const running = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The console is started in beforeAll.');
    return value;
  };
  test.beforeAll(async () => {
    test.setTimeout(400_000);
    scratch = mkdtempSync(join(tmpdir(), `tidemark-${name}-`));
    server = await startTidemark({ dataDir: join(scratch, 'data') });
    api = await ConsoleApi.signIn(server.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
  });
  test.afterAll(async () => {
    await server?.kill();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  });
  return {
    get url() {
      return running(server).url;
    },
    get server() {
      return running(server);
    },
    get api() {
      return running(api);
    },
    startAgain: async () => {
      const { dataDir, url } = running(server);
      server = await startTidemark({ dataDir, port: Number(new URL(url).port) });
    },
  };
}

export interface Look {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
}

/** Gives a browser context the session of the first administrator, and its language and theme by the cookies the console writes. */
export async function signInContext(context: BrowserContext, url: string, look: Look = {}): Promise<void> {
  await setLook(context, url, look);
  const answer = await context.request.post(`${url}/api/v1/session`, { headers: { origin: url }, data: ADMINISTRATOR });
  if (!answer.ok()) throw new Error(`sign-in answered ${answer.status()}: ${await answer.text()}`);
}

export async function setLook(context: BrowserContext, url: string, { language = 'en', theme = 'light' }: Look): Promise<void> {
  await context.addCookies([
    { name: 'tidemark_locale', value: language, url },
    { name: 'tidemark_theme', value: theme, url },
  ]);
}
