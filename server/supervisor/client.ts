/** The console's end of the supervisor's socket: connects, and connects again whenever the supervisor was gone. */
import { connect, type Socket } from 'node:net';
import type { JobServerEvent } from '../contract/events.ts';
import type { FromConsole, FromSupervisor } from './events.ts';

const AGAIN_MS = 250;

export interface SupervisorClientOptions {
  /** `eventSocketAddress(dataDir)`. */
  readonly address: string;
  /** TIDEMARK_LAUNCH_SECRET. */
  readonly secret: string;
  /** Durable events were stored: read them now instead of at the next look. */
  readonly onStored?: () => void;
}

export class SupervisorClient {
  readonly #options: SupervisorClientOptions;
  readonly #listeners = new Set<(event: JobServerEvent) => void>();
  #socket: Socket | null = null;
  #isWelcome = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SupervisorClientOptions) {
    this.#options = options;
    this.#connect();
  }

  isConnected(): boolean {
    return this.#isWelcome;
  }

  /** Lost while the supervisor is away: it looks by itself when it comes back. */
  wake(): void {
    if (this.#isWelcome) this.#send({ kind: 'wake' });
  }

  /** Transient events only: durable ones are rows. Returns the function that ends it. */
  subscribe(listener: (event: JobServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #send(message: FromConsole): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }

  #connect(): void {
    if (this.#isClosed) return;
    const socket = connect(this.#options.address);
    this.#socket = socket;
    socket.unref();
    socket.setEncoding('utf8');
    let pending = '';
    socket.on('connect', () => this.#send({ kind: 'hello', secret: this.#options.secret }));
    socket.on('data', (text: string) => {
      pending += text;
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as FromSupervisor);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#isWelcome = false;
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => this.#connect(), AGAIN_MS);
      this.#timer.unref();
    });
  }

  #take(message: FromSupervisor): void {
    if (message.kind === 'welcome') {
      this.#isWelcome = true;
      this.#options.onStored?.();
    } else if (message.kind === 'stored') this.#options.onStored?.();
    else for (const listener of this.#listeners) listener(message.event);
  }
}
