/**
 * The supervisor of one installation: finds the jobs that need somebody (should run, or have an operation or an open run), gives each an
 * actor, and looks for new operations every second and whenever it is woken. Retention and other housekeeping run beside, one at a time.
 */
import { engineOf, FencedOut, type SupervisorContext } from './context.ts';
import { pruneHistory, purgeDeleted, retireAtRest, retireSnapshots } from './housekeeping.ts';
import { JobActor } from './job-actor.ts';
import { renewLeases } from './leases.ts';
import { purgeOrphans } from './purge-orphans.ts';

const LOOK_MS = 1_000;
const ALL_MS = 10_000;
const LEASES_MS = 10_000;
const KEEP_HOUSE_MS = 15_000;
const PRUNE_MS = 600_000;
const LAST_CHECKPOINT_MS = 8_000;
const LAST_STOP_MS = 5_000;

export class Supervisor {
  readonly #context: SupervisorContext;
  readonly #actors = new Map<number, JobActor>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #isAskedAgain = false;
  #isClosed = false;
  #allMs = Number.NEGATIVE_INFINITY;
  #leasesMs = 0;
  #houseMs = 0;
  #prunedMs = 0;
  #retiredUpTo = 0;
  #house: Promise<void> = Promise.resolve();

  constructor(context: SupervisorContext) {
    this.#context = context;
  }

  /** Resolves when every job that needs somebody was looked at once. */
  async start(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /** An operation or an option was written. */
  wake(): void {
    this.#allMs = Number.NEGATIVE_INFINITY;
    void this.look();
  }

  look(): Promise<void> {
    if (this.#looking) {
      this.#isAskedAgain = true;
      return this.#looking;
    }
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => this.#context.log('error', `The jobs could not be read: ${(error as Error).message}`))
      .finally(() => {
        this.#looking = null;
        if (this.#isAskedAgain) {
          this.#isAskedAgain = false;
          void this.look();
        }
      });
    return this.#looking;
  }

  /** Waits until no actor has anything to do at this moment. */
  async settled(): Promise<void> {
    await this.#looking;
    for (const actor of [...this.#actors.values()]) await actor.settled();
  }

  /** Lets go of everything at once; runs go on and wait for the next supervisor. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearInterval(this.#timer);
    for (const actor of [...this.#actors.values()]) actor.close();
    await this.#looking;
    await this.#house;
  }

  /** Ends all runs, each with a last checkpoint if it can be had soon; jobs keep their desire and go on at the next start. */
  async shutDown(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#actors.values()].map((actor) => this.#suspend(actor)));
    await this.abandon();
  }

  async #suspend(actor: JobActor): Promise<void> {
    const { live } = actor;
    const run = live?.engineRun;
    if (!live || !run || engineOf(this.#context, live).runsOutlive) return;
    try {
      const last = live.waitForAnswer(`last:${live.runId}`, LAST_CHECKPOINT_MS);
      run.triggerSnapshot(`last:${live.runId}`, 'checkpoint', null);
      await last;
      await actor.suspend(LAST_STOP_MS);
    } catch (error) {
      if (!(error instanceof FencedOut))
        this.#context.log('error', `Job ${actor.jobId} could not be suspended: ${(error as Error).message}`);
    }
  }

  async #lookOnce(): Promise<void> {
    if (this.#isClosed) return;
    const { database, clock } = this.#context;
    const nowMs = clock.nowMs();
    const operations = await database.operation.findMany({
      where: { activeJobId: { not: null } },
      select: { jobId: true, status: true, cancelAskedAt: true },
    });
    const pressing = new Set(operations.filter((one) => one.status === 'pending' || one.cancelAskedAt !== null).map((one) => one.jobId));
    const needy = new Set(operations.map((operation) => operation.jobId));
    if (nowMs - this.#allMs >= ALL_MS) {
      this.#allMs = nowMs;
      const jobs = await database.job.findMany({ where: { deletedAt: null, desired: 'running' }, select: { id: true } });
      const runs = await database.run.findMany({ where: { endedAt: null, job: { deletedAt: null } }, select: { jobId: true } });
      for (const id of [...jobs.map((job) => job.id), ...runs.map((run) => run.jobId)]) needy.add(id);
      for (const id of needy) pressing.add(id);
    }
    for (const jobId of needy) if (!this.#actors.has(jobId) || pressing.has(jobId)) this.#actorOf(jobId).wake();
    for (const actor of this.#actors.values()) this.#tick(actor);
    await this.#keepLeases(nowMs);
    this.#keepHouse(nowMs);
  }

  #tick(actor: JobActor): void {
    const { live } = actor;
    if (live) actor.enqueue(() => live.tick());
  }

  #actorOf(jobId: number): JobActor {
    let actor = this.#actors.get(jobId);
    if (!actor || actor.isClosed) {
      actor = new JobActor(this.#context, jobId, (closed) => {
        if (this.#actors.get(jobId) === closed) this.#actors.delete(jobId);
      });
      this.#actors.set(jobId, actor);
    }
    return actor;
  }

  async #keepLeases(nowMs: number): Promise<void> {
    if (nowMs - this.#leasesMs < LEASES_MS) return;
    this.#leasesMs = nowMs;
    const jobIds = [...this.#actors.keys()];
    const lost = new Set(await renewLeases(this.#context, jobIds));
    for (const jobId of jobIds) {
      if (lost.has(jobId)) this.#actors.get(jobId)?.wake();
      else this.#actors.get(jobId)?.leaseRenewed(nowMs);
    }
  }

  #keepHouse(nowMs: number): void {
    if (nowMs - this.#houseMs < KEEP_HOUSE_MS) return;
    this.#houseMs = nowMs;
    this.#house = this.#house.then(async () => {
      try {
        for (const jobId of [...this.#actors.keys()]) await retireSnapshots(this.#context, jobId);
        this.#retiredUpTo = await retireAtRest(this.#context, this.#retiredUpTo);
        await purgeDeleted(this.#context);
        await purgeOrphans(this.#context);
        if (nowMs - this.#prunedMs < PRUNE_MS) return;
        this.#prunedMs = nowMs;
        await pruneHistory(this.#context);
      } catch (error) {
        this.#context.log('warn', `Housekeeping failed and is tried again: ${(error as Error).message}`);
      }
    });
  }
}
