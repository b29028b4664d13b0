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
  readonly newestSnapshot: { readonly snapshotId: string; readonly name: string; readonly origin: string } | null;
  readonly checkpointFolder: string;
  readonly savepointFolder: string;
}

export interface ActResult {
  readonly jobId: number;
  readonly outcome: string;
  readonly message: string;
}

export interface StreamedEvent {
  readonly type: string;
  readonly jobId?: number;
  readonly patch?: { readonly status?: string; readonly statusAt?: number };
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

  /** The event stream as a page has it: `onEvent` gets each event as it arrives. Resolves when the stream is open; the function ends it. */
  async events(onEvent: (event: StreamedEvent, atMs: number) => void): Promise<() => void> {
    const ending = new AbortController();
    const response = await fetch(`${this.url}/api/v1/events`, {
      headers: { cookie: this.#cookie, accept: 'text/event-stream' },
      signal: ending.signal,
    });
    if (!response.ok || !response.body) throw new Error(`the event stream answered ${response.status}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader.read();
    void readEvents(reader, first.value ?? '', onEvent).catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
    });
    return () => ending.abort();
  }

  /** The session, for a browser. */
  cookies(): { readonly name: string; readonly value: string }[] {
    return this.#cookie.split('; ').map((pair) => {
      const at = pair.indexOf('=');
      return { name: pair.slice(0, at), value: pair.slice(at + 1) };
    });
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

async function readEvents(
  reader: ReadableStreamDefaultReader<string>,
  begun: string,
  onEvent: (event: StreamedEvent, atMs: number) => void,
): Promise<void> {
  let pending = begun;
  for (;;) {
    const parts = pending.split('\n\n');
    pending = parts.pop() ?? '';
    for (const part of parts) {
      const data = part.split('\n').find((line) => line.startsWith('data: '));
      if (data) onEvent(JSON.parse(data.slice(6)) as StreamedEvent, Date.now());
    }
    const { done, value } = await reader.read();
    if (done) return;
    pending += value;
  }
}
