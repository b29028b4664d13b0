/**
 * The console's API as a script uses it: signs in with e-mail and password, then sends JSON. For tests and benchmarks; knows no schema of
 * the product but what it names here.
 */
export interface JobView {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly restartCount: number;
  readonly version: number;
  readonly newestSnapshot: { readonly snapshotId: string; readonly name: string } | null;
  readonly checkpointFolder: string;
  readonly savepointFolder: string;
}

export interface ActResult {
  readonly jobId: number;
  readonly outcome: string;
  readonly message: string;
}

export class ConsoleApi {
  readonly url: string;
  readonly #cookie: string;
  private constructor(url: string, cookie: string) {
    this.url = url;
    this.#cookie = cookie;
  }

  static async signIn(url: string, email: string, password: string): Promise<ConsoleApi> {
    const response = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ email, password }),
    });
    if (!response.ok) throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
    const cookie = response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    return new ConsoleApi(url, cookie);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { cookie: this.#cookie, origin: this.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 2000)}`);
    return JSON.parse(text) as T;
  }

  async createJob(name: string, sql: string, options: Record<string, unknown> = {}): Promise<JobView> {
    return (await this.call<{ job: JobView }>('POST', '/jobs', { name, sql, options })).job;
  }

  async job(id: number): Promise<JobView> {
    return (await this.call<{ job: JobView }>('GET', `/jobs/${id}`)).job;
  }

  /** Polls until the job has one of these statuses; throws, with the job's own words, when it takes longer. */
  async waitFor(id: number, statuses: readonly string[], deadlineMs = 60_000): Promise<JobView> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const job = await this.job(id);
      if (statuses.includes(job.status)) return job;
      if (Date.now() > until)
        throw new Error(`job ${id} is ${job.status} (${job.statusMessage}), not ${statuses.join(' or ')}, after ${deadlineMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async start(id: number, choice: Record<string, unknown> = { kind: 'newest' }): Promise<readonly ActResult[]> {
    return (await this.call<{ results: ActResult[] }>('POST', '/jobs/start', { jobs: [{ jobId: id, choice }] })).results;
  }

  async stop(id: number, mode: 'savepoint' | 'drain' | 'without' = 'savepoint'): Promise<readonly ActResult[]> {
    return (await this.call<{ results: ActResult[] }>('POST', '/jobs/stop', { jobs: [{ jobId: id, mode }] })).results;
  }
}
