/**
 * The line between a job process and its supervisor: Node's IPC channel from the fork, and later whoever connects to the control socket
 * (JSON lines, the same messages). The newest connection is the supervisor; an older one is closed.
 *
 * A new connection first gets `ready` and the last `running` report. Reports that a supervisor must not miss (checkpoints, answers, the end) are
 * kept while nobody listens, up to KEPT_MAX, and sent then; metrics, rows and log lines are not.
 */
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { JobReport } from './wire.ts';

const KEPT_MAX = 1000;
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const FLEETING: ReadonlySet<JobReport['type']> = new Set(['metrics', 'rows', 'log']);

interface Line {
  send(report: JobReport): void;
  close(): void;
}

export interface LinkEvents {
  /** A message as it came: not yet checked. */
  onMessage(message: unknown): void;
  onConnected(): void;
  /** Nobody listens any more. */
  onLost(): void;
}

export class SupervisorLink {
  readonly #events: LinkEvents;
  readonly #kept: JobReport[] = [];
  #line: Line | null = null;
  #server: Server | null = null;
  #socketPath: string | null = null;
  #running: JobReport | null = null;

  constructor(events: LinkEvents) {
    this.#events = events;
  }

  get isConnected(): boolean {
    return this.#line !== null;
  }

  /** Uses the channel this process was forked with, if there is one. */
  adoptParent(): void {
    if (!process.send) return;
    const line: Line = {
      send: (report) => void process.send?.(report, undefined, {}, () => {}),
      close: () => {
        if (process.connected) process.disconnect();
      },
    };
    process.on('message', (message) => this.#line === line && this.#events.onMessage(message));
    process.on('disconnect', () => this.#drop(line));
    this.#adopt(line);
  }

  /** Listens for a new supervisor. The socket file is only for this user. */
  listen(path: string): Promise<void> {
    this.#socketPath = path;
    rmSync(path, { force: true });
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const mask = process.umask(0o077);
      server.listen(path, () => resolve());
      process.umask(mask);
    });
  }

  send(report: JobReport): void {
    if (report.type === 'running') this.#running = report;
    if (this.#line) {
      this.#line.send(report);
      return;
    }
    if (FLEETING.has(report.type)) return;
    this.#kept.push(report);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
  }

  close(): void {
    this.#server?.close();
    if (this.#socketPath !== null) rmSync(this.#socketPath, { force: true });
    this.#line?.close();
    this.#line = null;
  }

  #accept(socket: Socket): void {
    const line: Line = {
      send: (report) => void (socket.writable && socket.write(`${JSON.stringify(report)}\n`)),
      close: () => void socket.end(),
    };
    let pending = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      pending += text;
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      if (pending.length > LINE_BYTES_MAX) socket.destroy();
      for (const entry of lines) if (this.#line === line && entry.trim() !== '') this.#deliver(entry, socket);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#drop(line));
    this.#adopt(line);
  }

  #deliver(entry: string, socket: Socket): void {
    let message: unknown;
    try {
      message = JSON.parse(entry);
    } catch {
      socket.destroy();
      return;
    }
    this.#events.onMessage(message);
  }

  #adopt(line: Line): void {
    const before = this.#line;
    this.#line = line;
    before?.close();
    line.send({ type: 'ready', pid: process.pid });
    if (this.#running) line.send(this.#running);
    for (const report of this.#kept.splice(0)) if (report.type !== 'running') line.send(report);
    this.#events.onConnected();
  }

  #drop(line: Line): void {
    if (this.#line !== line) return;
    this.#line = null;
    this.#events.onLost();
  }
}
