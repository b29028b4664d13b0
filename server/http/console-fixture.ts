/**
 * For tests: a console on a fresh database in a temporary folder, called as a browser or a script calls it, without Next.js. The rooms
 * below services are replaced by recorders; everything from the request to the rows is real.
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { hashPassword } from '../auth/password.ts';
import { parseEnvironment } from '../config/environment.ts';
import { projectRoot } from '../config/project-root.ts';
import type { UserRole } from '../contract/account.ts';
import { say } from '../contract/said.ts';
import type { RestoreChoice, StartPreview } from '../contract/start.ts';
import { type OpenedDatabase, openDatabase } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import { runPreview } from '../engines/embedded/preview-runner.ts';
import { EventHub } from '../events/event-hub.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import type { ConsoleContext } from '../services/context.ts';
import type { PlannedSql } from '../services/ports.ts';
import { prepareConsole } from '../services/prepare-console.ts';
import type { FoundSnapshot } from '../snapshots/import-checks.ts';
import { createStore } from '../storage/create-store.ts';
import { dispatch } from './dispatch.ts';

export const ORIGIN = 'http://127.0.0.1:3000';
export const PASSWORD = 'correct horse battery';

/** Set by the test that runs the same suites on PostgreSQL. */
export const FIXTURE_POSTGRES = 'TIDEMARK_FIXTURE_POSTGRES_URL';

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** As it came over the wire; tests look into answers of many shapes. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export class TestClock implements Clock {
  nowValue = Date.UTC(2026, 10, 24, 20, 41, 7);
  nowMs(): number {
    return this.nowValue;
  }
  monotonicMs(): number {
    return this.nowValue;
  }
}

export function figure(value: number | null) {
  return { value, confidence: value === null ? 'unknown' : 'exact', basis: null } as const;
}

export function previewOf(jobId: number, jobName: string, choice: RestoreChoice, lost: number | null = 0): StartPreview {
  const none = figure(0);
  return {
    jobId,
    jobName,
    choice,
    snapshot: null,
    passedOver: [],
    verdict: lost === null ? 'unknown' : lost > 0 ? 'bad' : 'ok',
    said: [lost === 0 ? say('said.start.ok') : say('said.start.loses', { n: lost ?? 'an unknown number of' })],
    sentence: lost === 0 ? 'Nothing will be lost, nothing doubled.' : `This start would lose ${lost ?? 'an unknown number of'} records.`,
    loss: { lost: figure(lost), readAgain: none, doubled: none, waiting: none },
    positions: [],
    sinks: [],
    operators: [],
    discardedStateBytes: null,
    discarded: null,
    settings: [],
    capacity: { queueName: 'default', freeCus: 8, neededCus: 2 },
    needsName: lost !== 0,
    needsConfirmation: false,
    blockedSaid: [],
    blockedBy: null,
    checkedAt: 0,
  };
}

export class ConsoleFixture {
  readonly clock = new TestClock();
  readonly logged: string[] = [];
  wakes = 0;
  lost: number | null = 0;
  found: FoundSnapshot | null = null;
  planned: PlannedSql = { kind: 'timed-out', budgetMs: 10 };
  context!: ConsoleContext;
  projectId = '';
  setupToken: string | null = null;
  #opened!: OpenedDatabase;
  #dataDir = '';
  #drop: () => Promise<void> = async () => {};

  /** SQLite; or a new database of the PostgreSQL server that FIXTURE_POSTGRES names. */
  static async open(): Promise<ConsoleFixture> {
    const fixture = new ConsoleFixture();
    const databaseUrl = await fixture.#newPostgresql();
    fixture.#dataDir = mkdtempSync(join(tmpdir(), 'tidemark-console-'));
    const environment = parseEnvironment({ TIDEMARK_DATA_DIR: fixture.#dataDir }, fixture.#dataDir);
    if (!environment.ok) throw new Error(environment.problems.join('\n'));
    fixture.#opened = await openDatabase({ dataDir: fixture.#dataDir, databaseUrl });
    const database = fixture.#opened.client;
    const masterKey = masterKeyOf(new Uint8Array(32).fill(7));
    fixture.context = {
      database,
      provider: fixture.#opened.provider,
      clock: fixture.clock,
      environment: environment.value,
      masterKey,
      events: new EventHub(database, fixture.clock),
      store: createStore(environment.value.objectStore.spec),
      version: '0.0.0-test',
      log: (_level, message, detail) => fixture.logged.push(`${message} ${detail instanceof Error ? detail.stack : ''}`),
      planner: { plan: async () => fixture.planned, format: async (sql) => sql.toUpperCase() },
      supervisor: { wake: () => void fixture.wakes++, subscribe: () => () => {}, isConnected: () => true },
      previews: fixture.#previews(),
      runPreview: (spec, onReport) => runPreview(projectRoot(), spec, onReport),
    };
    const prepared = await prepareConsole(database, environment.value, masterKey, fixture.clock);
    fixture.projectId = prepared.projectId;
    fixture.setupToken = prepared.setupToken;
    return fixture;
  }

  #previews(): ConsoleContext['previews'] {
    const nameOf = async (id: number) => (await this.context.database.job.findUniqueOrThrow({ where: { id } })).name;
    const importChecks = (result: 'pass' | 'not-run') =>
      (['manifest-whole', 'files-present', 'belongs-to-job', 'fits-sql', 'positions-held', 'newer-than-newest'] as const).map((check) => ({
        check,
        result,
        message: check,
        said: null,
      }));
    return {
      previewStart: async (jobId, choice) => previewOf(jobId, await nameOf(jobId), choice, this.lost),
      previewStop: async (jobId) => ({
        jobId,
        jobName: await nameOf(jobId),
        defaultMode: 'savepoint',
        modes: [],
        savepointFolder: '',
        stateBytes: null,
        checkedAt: 0,
      }),
      previewImport: async (_jobId, path) => ({
        found: this.found,
        preview: {
          path: this.found ? path : null,
          kind: null,
          engine: null,
          originJob: null,
          createdAt: null,
          sizeBytes: null,
          partCount: null,
          parallelism: null,
          positions: [],
          checks: importChecks(this.found ? 'pass' : 'not-run'),
          canImport: this.found ? 'yes' : 'no',
          said: this.found ? [] : [say('said.text', { text: 'No snapshot here.' })],
          sentence: this.found ? 'Can be restored.' : 'No snapshot here.',
        },
      }),
      exposure: async () => ({ checkedAt: 0, lost: figure(0), readAgain: figure(0), doubled: figure(0), snapshot: null }),
      snapshotOperators: async () => [],
      browse: async (path) => ({ path, parent: null, entries: [], nextToken: null }),
    };
  }

  async #newPostgresql(): Promise<string | null> {
    const server = process.env[FIXTURE_POSTGRES];
    if (!server) return null;
    const name = `tidemark_${randomBytes(6).toString('hex')}`;
    await administer(server, `CREATE DATABASE ${name}`);
    this.#drop = () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.href;
  }

  async close(): Promise<void> {
    this.context.events.close();
    await this.#opened.close();
    await this.#drop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async addUser(name: string, role: UserRole = 'member'): Promise<{ id: string; browser: Browser }> {
    const email = `${name}@example.org`;
    const user = await this.context.database.user.create({ data: { email, name, role, passwordHash: await hashPassword(PASSWORD) } });
    const browser = new Browser(this);
    const answer = await browser.call('POST', '/session', { email, password: PASSWORD });
    if (answer.status !== 201) throw new Error(`sign-in answered ${answer.status}`);
    return { id: user.id, browser };
  }

  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Request {
    return new Request(`${ORIGIN}/api/v1${path}`, {
      method,
      headers: { host: '127.0.0.1:3000', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async send(request: Request): Promise<Answered> {
    const response = await dispatch(this.context, request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }
}

/** Keeps the session cookie and sends Origin with writes. */
export class Browser {
  cookie = '';
  readonly #fixture: ConsoleFixture;
  constructor(fixture: ConsoleFixture) {
    this.#fixture = fixture;
  }

  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Request {
    const own = { ...(this.cookie === '' ? {} : { cookie: this.cookie }), ...(method === 'GET' ? {} : { origin: ORIGIN }) };
    return this.#fixture.request(method, path, body, { ...own, ...headers });
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const answer = await this.#fixture.send(this.request(method, path, body, headers));
    const set = answer.headers.get('set-cookie');
    if (set !== null) this.cookie = set.split(';')[0] ?? '';
    return answer;
  }
}
