/**
 * An HTTP proxy in front of the S3 server that sees in which phase of a checkpoint or restore a job is, and lets a test act inside it.
 *
 * What the requests mean: a part of a multipart upload = the barrier has reached a file sink, acknowledgements are outstanding (`barrier`);
 * PUT of `….part` = state goes up (`upload`); PUT of `_metadata` = the snapshot is published (`publish`); completion of a multipart upload =
 * the sink commits (`commit`); GET of `….part` by a process that has just begun = state comes back (`restore`). A trap fires once, at the next
 * request of its phase: before the server has it, after the server did it and before the client knows, or some time after the answer.
 */
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const PHASES = ['barrier', 'upload', 'publish', 'commit', 'restore'] as const;
export type Phase = (typeof PHASES)[number];
export const MOMENTS = ['before', 'after', 'later'] as const;
export type Moment = (typeof MOMENTS)[number];

interface Trap {
  readonly phase: Phase;
  readonly moment: Moment;
  readonly delayMs: number;
  /** True: whoever sent the request is dead, so that what is not yet sent never arrives. A request is held until the answer. */
  readonly act: () => boolean | Promise<boolean>;
  readonly fired: () => void;
}

function phaseOf(method: string, url: string): Phase | null {
  const { pathname, searchParams } = new URL(url, 'http://store');
  if (method === 'PUT' && searchParams.has('uploadId')) return 'barrier';
  if (method === 'POST' && searchParams.has('uploadId')) return 'commit';
  if (method === 'PUT' && pathname.endsWith('.part')) return 'upload';
  if (method === 'PUT' && /\/chk-\d+\/_metadata$/.test(pathname)) return 'publish';
  if (method === 'GET' && pathname.endsWith('.part')) return 'restore';
  return null;
}

export class StoreProxy {
  readonly #target: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  #trap: Trap | null = null;
  /** Checkpoint manifests that the server has accepted. */
  published = 0;

  constructor(targetPort: number) {
    this.#target = targetPort;
    this.#server = createServer((incoming, answer) => this.#forward(incoming, answer));
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** `act` is called inside the phase; resolves then. Rejects when the phase did not come within the deadline: that fault did not happen. */
  trap(phase: Phase, moment: Moment, delayMs: number, act: Trap['act'], deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#trap = null;
        reject(new Error(`no request of phase ${phase} came within ${deadlineMs} ms`));
      }, deadlineMs);
      const fired = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#trap = { phase, moment, delayMs, act, fired };
    });
  }

  #take(phase: Phase | null): Trap | null {
    const trap = this.#trap;
    if (trap === null || trap.phase !== phase) return null;
    this.#trap = null;
    return trap;
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const phase = phaseOf(incoming.method ?? 'GET', incoming.url ?? '/');
    const trap = this.#take(phase);
    incoming.on('error', () => {});
    answer.on('error', () => {});
    if (trap?.moment !== 'before') {
      this.#pass(incoming, answer, phase, trap);
      return;
    }
    const acted = trap.act();
    trap.fired();
    void Promise.resolve(acted).then((isSenderDead) => {
      if (isSenderDead) incoming.destroy();
      else this.#pass(incoming, answer, phase, null);
    });
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse, phase: Phase | null, trap: Trap | null): void {
    const { method = 'GET', url = '/', headers } = incoming;
    const fire = () => {
      void trap?.act();
      trap?.fired();
    };
    const outgoing = request({ host: '127.0.0.1', port: this.#target, method, path: url, headers, agent: this.#agent }, (reply) => {
      if (phase === 'publish' && reply.statusCode === 200) this.published++;
      if (trap?.moment === 'after') fire();
      if (trap?.moment === 'later') setTimeout(fire, trap.delayMs);
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    // Who died in the middle of a request leaves half of one: so does the proxy.
    incoming.on('aborted', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}
