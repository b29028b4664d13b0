/**
 * The crash campaign: a stateful job is killed with SIGKILL, it or what watches over it, at the moments of a seeded schedule; between two
 * kills it must make progress by itself. At the end it is drained and an independent checker compares all it wrote with a recomputation.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ConsoleApi } from '../servers/console-api.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type S3Server, startS3 } from '../servers/s3.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import type { Difference } from './checker/compare.ts';
import { checkChanges, checkEach, checkKeys, checkWindows } from './checker/sequence.ts';
import type { Kill, Victim } from './schedule.ts';
import { SequenceFeed } from './sequence-feed.ts';
import {
  BUCKET,
  createKeyTable,
  GROUPS,
  KEYS,
  type Places,
  readChanges,
  readEach,
  readKeyTable,
  readWindows,
  s3Client,
  sequenceSql,
  WINDOW_RECORDS,
} from './sequence-job.ts';
import { StoreProxy } from './store-proxy.ts';

export interface CampaignOptions {
  /** A folder of the campaign's own; its servers and the product live there. */
  readonly scratch: string;
  /** null = numbers from `datagen`. */
  readonly brokers: string | null;
  readonly withPostgres: boolean;
  readonly perSecond: number;
  readonly parallelism: number;
  readonly say: (line: string) => void;
}

export interface CampaignReport {
  readonly kills: number;
  readonly byPhase: ReadonlyMap<string, number>;
  readonly byVictim: ReadonlyMap<string, number>;
  readonly records: number;
  readonly differences: readonly (Difference & { readonly output: string })[];
  /** ms from a kill to the next published checkpoint. */
  readonly recoveryMs: readonly number[];
  readonly runs: number;
  readonly seconds: number;
}

const PROGRESS_MS = 120_000;
const PHASE_MS = 60_000;
const FOLDER = 'crash';

export class Campaign {
  readonly #options: CampaignOptions;
  readonly #s3: S3Server;
  readonly #postgres: PostgresServer | null;
  readonly #proxy: StoreProxy;
  readonly #endpoint: string;
  #tidemark: TidemarkServer;
  #api: ConsoleApi;
  #jobId = 0;
  #feed: SequenceFeed | null = null;
  readonly #byPhase = new Map<string, number>();
  readonly #byVictim = new Map<string, number>();
  readonly #recoveryMs: number[] = [];

  private constructor(
    options: CampaignOptions,
    servers: {
      s3: S3Server;
      postgres: PostgresServer | null;
      proxy: StoreProxy;
      endpoint: string;
      tidemark: TidemarkServer;
      api: ConsoleApi;
    },
  ) {
    this.#options = options;
    this.#s3 = servers.s3;
    this.#postgres = servers.postgres;
    this.#proxy = servers.proxy;
    this.#endpoint = servers.endpoint;
    this.#tidemark = servers.tidemark;
    this.#api = servers.api;
  }

  static async open(options: CampaignOptions): Promise<Campaign> {
    mkdirSync(options.scratch, { recursive: true });
    const [s3, postgres] = await Promise.all([
      startS3({ folder: join(options.scratch, 's3') }),
      options.withPostgres ? startPostgres({ folder: postgresFolder(options.scratch) }) : null,
    ]);
    const client = s3Client(s3);
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    client.destroy();
    const proxy = new StoreProxy(s3.port);
    const endpoint = await proxy.listen();
    const tidemark = await startTidemark({ dataDir: join(options.scratch, 'data'), environment: storeEnvironment(s3, endpoint) });
    const api = await ConsoleApi.signIn(tidemark.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
    return new Campaign(options, { s3, postgres, proxy, endpoint, tidemark, api });
  }

  /** `keep`: what was written stays, to be looked at. */
  async close(keep = false): Promise<void> {
    await this.#feed?.close();
    await this.#tidemark.kill();
    await this.#proxy.close();
    await Promise.all([this.#s3.kill(), this.#postgres?.stop()]);
    if (keep) return;
    for (const folder of [this.#options.scratch, postgresFolder(this.#options.scratch)]) rmSync(folder, { recursive: true, force: true });
  }

  async run(schedule: readonly Kill[]): Promise<CampaignReport> {
    const began = performance.now();
    const { brokers, perSecond, parallelism } = this.#options;
    if (brokers === null && parallelism > 1)
      throw new Error('datagen in several splits ends with no common number, so the outputs could not be checked: use Kafka');
    const topic = 'numbers';
    if (brokers !== null) this.#feed = await SequenceFeed.open(brokers, topic, perSecond);
    const postgres = this.#postgres ? { port: this.#postgres.port, table: 'by_key' } : null;
    if (this.#postgres) await createKeyTable(this.#postgres.url, 'by_key');
    const source: Places['source'] = brokers === null ? { kind: 'datagen', perSecond } : { kind: 'kafka', brokers, topic };
    const job = await this.#api.createJob('crash-campaign', sequenceSql({ source, folder: FOLDER, postgres }), {
      parallelism,
      checkpointIntervalSeconds: 1,
      idleStateRetentionSeconds: 0,
      runtimeConfiguration: { 'execution.checkpointing.interval': '400 ms' },
    });
    this.#jobId = job.id;
    const [started] = await this.#api.start(job.id);
    if (started?.outcome !== 'accepted') throw new Error(`the start was not accepted: ${started?.message}`);
    await this.#api.waitFor(job.id, ['job_running'], PHASE_MS);
    await this.#progress(0);
    for (const [index, kill] of schedule.entries()) {
      const next = schedule[index + 1];
      await this.#kill(kill, index, next?.phase === 'restore');
    }
    const count = await this.#finish();
    const differences = await this.#check(count);
    return {
      kills: schedule.length,
      byPhase: this.#byPhase,
      byVictim: this.#byVictim,
      records: count,
      differences,
      recoveryMs: this.#recoveryMs,
      runs: (await this.#api.call<{ total: number }>('GET', `/jobs/${job.id}/runs?page=1&pageSize=1`).catch(() => ({ total: 0 }))).total,
      seconds: (performance.now() - began) / 1000,
    };
  }

  /** `isFollowed`: the next kill is inside the restore that this one causes, so nothing is waited for. */
  async #kill(kill: Kill, index: number, isFollowed: boolean): Promise<void> {
    const { phase, moment, delayMs, victim } = kill;
    let killed: number[] = [];
    const act = () => {
      killed = this.#signal(victim);
      return /job|everything/.test(victim);
    };
    if (phase === 'any') {
      await pause(delayMs);
      act();
    } else await this.#proxy.trap(phase, moment, delayMs, act, PHASE_MS);
    const at = performance.now();
    if (killed.length === 0) throw new Error(`kill ${index} (${phase}, ${victim}) found nobody to kill`);
    await until(
      () => killed.every((pid) => !this.#pids().includes(pid)),
      10_000,
      () => `kill ${index}: ${killed.join()} still live`,
    );
    count(this.#byPhase, phase);
    count(this.#byVictim, victim);
    const published = this.#proxy.published;
    // A start that was under way may have been among the victims.
    if (phase === 'restore') await this.#restarting.catch(() => undefined);
    // The launcher is gone with these: somebody starts the product again.
    if (victim === 'console' || victim === 'everything') {
      this.#restarting = this.#restart();
      // The restore of the next kill begins with the start, which is not waited for then.
      if (isFollowed) this.#restarting.catch(() => undefined);
      else await this.#restarting;
    }
    if (isFollowed) return;
    await this.#progress(published);
    this.#recoveryMs.push(performance.now() - at);
    this.#options.say(`${index + 1}: ${phase}/${moment} ${victim} ${Math.round(performance.now() - at)} ms`);
  }

  #restarting: Promise<void> = Promise.resolve();

  async #restart(): Promise<void> {
    const port = Number(new URL(this.#tidemark.url).port);
    await this.#tidemark.killConsole();
    this.#tidemark = await startTidemark({
      dataDir: this.#tidemark.dataDir,
      port,
      environment: storeEnvironment(this.#s3, this.#endpoint),
    });
    this.#api = await ConsoleApi.signIn(this.#tidemark.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
  }

  #pids(): number[] {
    return [...this.#tidemark.consolePids(), ...this.#tidemark.jobPids()];
  }

  #signal(victim: Victim): number[] {
    const { tidemark } = { tidemark: this.#tidemark };
    const pids = {
      job: () => tidemark.jobPids(),
      supervisor: () => tidemark.pidsOf('supervisor'),
      web: () => tidemark.pidsOf('web'),
      'job+supervisor': () => [...tidemark.pidsOf('supervisor'), ...tidemark.jobPids()],
      console: () => tidemark.consolePids(),
      everything: () => this.#pids(),
    }[victim]();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids;
  }

  /** Waits until there is a supervisor and a newer checkpoint than `published` is known to it. */
  async #progress(published: number): Promise<void> {
    let status = '';
    await until(
      () => this.#proxy.published > published + 1 && this.#tidemark.pidsOf('supervisor').length === 1,
      PROGRESS_MS,
      () => `no checkpoint after a kill: ${status}`,
      async () => {
        const job = await this.#api.job(this.#jobId).catch(() => null);
        status = job === null ? 'the console does not answer' : `${job.status} ${job.statusMessage}`;
      },
    );
  }

  /** Ends the input, drains the job; the number of records that must have come through. */
  async #finish(): Promise<number> {
    await until(
      () => this.#tidemark.pidsOf('web').length === 1,
      PHASE_MS,
      () => 'the web server does not come back',
    );
    await this.#api.waitFor(this.#jobId, ['job_running'], PHASE_MS);
    const sent = this.#feed ? await this.#feed.finish() : null;
    if (sent !== null) await this.#outputs(sent);
    const [stopped] = await this.#api.stop(this.#jobId, 'drain');
    if (stopped?.outcome !== 'accepted') throw new Error(`the drain was not accepted: ${stopped?.message}`);
    await this.#api.waitFor(this.#jobId, ['job_cancel_success', 'job_finish'], PROGRESS_MS);
    if (sent !== null) return sent;
    // `datagen` alone knows how far it came: the position in the savepoint, which no sink has written.
    const { items } = await this.#api.call<{ items: { id: string }[] }>('GET', `/snapshots?jobId=${this.#jobId}&page=1&pageSize=1`);
    const { positions } = await this.#api.call<{ positions: { position: string }[] }>('GET', `/snapshots/${items[0]?.id}`);
    const count = Number(positions[0]?.position.replaceAll(',', ''));
    if (positions.length !== 1 || !Number.isInteger(count)) throw new Error(`no position in the savepoint: ${JSON.stringify(positions)}`);
    return count;
  }

  async #outputs(records: number): Promise<void> {
    let seen = 0;
    await until(
      () => seen >= records,
      PROGRESS_MS,
      () => `${seen} of ${records} records came out`,
      async () => {
        seen = (await readEach(this.#s3, FOLDER)).length;
        await pause(1_000);
      },
    );
  }

  async #check(records: number): Promise<CampaignReport['differences']> {
    const shape = { count: records, keys: KEYS, groups: GROUPS, windowRecords: WINDOW_RECORDS };
    const named = (output: string, found: readonly Difference[]) => found.map((difference) => ({ output, ...difference }));
    return [
      ...named('each', checkEach(shape, await readEach(this.#s3, FOLDER))),
      ...named('windows', checkWindows(shape, await readWindows(this.#s3, FOLDER))),
      ...named('changes', checkChanges(shape, await readChanges(this.#s3, FOLDER))),
      ...(this.#postgres ? named('by_key', checkKeys(shape, await readKeyTable(this.#postgres.url, 'by_key'))) : []),
    ];
  }
}

/** Beside the scratch folder, which only its owner may enter: as root, PostgreSQL runs as another user. */
const postgresFolder = (scratch: string) => `${scratch}-postgres`;

function storeEnvironment(s3: S3Server, endpoint: string): Record<string, string> {
  return {
    TIDEMARK_OBJECT_STORE: `s3://${BUCKET}`,
    TIDEMARK_S3_ENDPOINT: endpoint,
    TIDEMARK_S3_REGION: 'us-east-1',
    TIDEMARK_S3_ACCESS_KEY: s3.accessKey,
    TIDEMARK_S3_SECRET_KEY: s3.secretKey,
    TIDEMARK_S3_FORCE_PATH_STYLE: '1',
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(isTrue: () => boolean, deadlineMs: number, why: () => string, look?: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (let turn = 1; !isTrue(); turn++) {
    if (performance.now() > deadline) throw new Error(why());
    if (look && turn % 10 === 0) await look();
    await pause(20);
  }
}
