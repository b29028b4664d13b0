/**
 * The local socket between supervisor and console: the supervisor pushes events, the console wakes it. JSON lines. A client's first line
 * must hold the secret of the launch; the socket's file is for this user only besides. A client that does not read loses transient
 * events, never durable ones: those are rows, and the line only says that there are new ones.
 */
import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { JobServerEvent } from '../contract/events.ts';
import { localSocketAddress } from '../lib/socket-path.ts';

export type FromSupervisor =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'event'; readonly event: JobServerEvent }
  /** Durable events were stored. */
  | { readonly kind: 'stored' };

export type FromConsole = { readonly kind: 'hello'; readonly secret: string } | { readonly kind: 'wake' };

export const eventSocketAddress = (dataDir: string): string => localSocketAddress(join(dataDir, 'run', 'events.sock'));

const LINE_MAX = 64 * 1024;
const BEHIND_MAX = 4 * 1024 * 1024;
const HELLO_MS = 5_000;

export class EventServer {
  readonly #secret: Buffer;
  readonly #onWake: () => void;
  readonly #clients = new Set<Socket>();
  #server: Server | null = null;
  #isStoredTold = false;

  constructor(secret: string, onWake: () => void) {
    this.#secret = Buffer.from(secret);
    this.#onWake = onWake;
  }

  listen(address: string): Promise<void> {
    if (process.platform !== 'win32') rmSync(address, { force: true });
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const mask = process.umask(0o077);
      server.listen(address, () => resolve());
      process.umask(mask);
    });
  }

  publish(event: JobServerEvent): void {
    this.#send({ kind: 'event', event });
  }

  /** Many commits in one turn are told once. */
  stored(): void {
    if (this.#isStoredTold) return;
    this.#isStoredTold = true;
    setImmediate(() => {
      this.#isStoredTold = false;
      this.#send({ kind: 'stored' });
    });
  }

  close(): void {
    this.#server?.close();
    for (const client of this.#clients) client.destroy();
  }

  #send(message: FromSupervisor): void {
    if (this.#clients.size === 0) return;
    const line = `${JSON.stringify(message)}\n`;
    for (const client of this.#clients) if (client.writableLength < BEHIND_MAX) client.write(line);
  }

  #accept(socket: Socket): void {
    let isKnown = false;
    let pending = '';
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      this.#clients.delete(socket);
    });
    socket.on('data', (text: string) => {
      pending += text;
      if (pending.length > LINE_MAX) socket.destroy();
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        const message = parse(line);
        if (isKnown && message?.kind === 'wake') this.#onWake();
        else if (!isKnown && message?.kind === 'hello' && this.#isSecret(message.secret)) {
          isKnown = true;
          clearTimeout(timer);
          this.#clients.add(socket);
          socket.write(`${JSON.stringify({ kind: 'welcome' } satisfies FromSupervisor)}\n`);
        } else socket.destroy();
      }
    });
  }

  #isSecret(given: unknown): boolean {
    const bytes = Buffer.from(String(given));
    return bytes.length === this.#secret.length && timingSafeEqual(bytes, this.#secret);
  }
}

function parse(line: string): FromConsole | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && 'kind' in message ? (message as FromConsole) : null;
  } catch {
    return null;
  }
}
