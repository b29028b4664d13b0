/**
 * The line to a job process: its IPC channel from the fork, or its control socket (JSON lines). Both carry the same messages. The process
 * greets with `ready`; the newest line is the one it listens to.
 */
import type { ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { JobOrder, JobReport } from '../../engine/runtime/wire.ts';

export interface ControlLine {
  send(order: JobOrder): void;
  /** Ends the line, not the process. */
  close(): void;
}

export interface LineEvents {
  onReport(report: JobReport): void;
  /** The line is down; the process may be there. */
  onDown(): void;
}

const REPORTS: ReadonlySet<string> = new Set<JobReport['type']>([
  'ready',
  'running',
  'checkpoint-started',
  'checkpoint-completed',
  'checkpoint-failed',
  'records-repeated',
  'metrics',
  'answer',
  'log',
  'rows',
  'finished',
  'stopped',
  'failed',
]);

function isReport(message: unknown): message is JobReport {
  return typeof message === 'object' && message !== null && 'type' in message && REPORTS.has(String(message.type));
}

export function lineOverIpc(child: ChildProcess, events: LineEvents): ControlLine {
  let isOpen = true;
  const down = () => {
    if (!isOpen) return;
    isOpen = false;
    events.onDown();
  };
  child.on('message', (message) => {
    if (isOpen && isReport(message)) events.onReport(message);
  });
  child.on('disconnect', down);
  child.on('error', down);
  return {
    send: (order) => {
      if (child.connected) child.send(order, () => {});
    },
    close: () => {
      isOpen = false;
      if (child.connected) child.disconnect();
    },
  };
}

const LINE_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Connects and waits for the greeting; null when nobody answers in time. `pid` is the process's own word. */
export function lineOverSocket(
  address: string,
  timeoutMs: number,
  events: LineEvents,
): Promise<{ readonly line: ControlLine; readonly pid: number } | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const timer = setTimeout(() => fail(), timeoutMs);
    let isGreeted = false;
    let isOpen = true;
    const fail = () => {
      clearTimeout(timer);
      isOpen = false;
      socket.destroy();
      resolve(null);
    };
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (!isOpen) return;
      if (!isGreeted) return fail();
      isOpen = false;
      events.onDown();
    });
    readLines(socket, (report) => {
      if (!isOpen) return;
      if (!isGreeted && report.type === 'ready') {
        isGreeted = true;
        clearTimeout(timer);
        resolve({ line: lineOf(socket, () => (isOpen = false)), pid: report.pid });
      }
      events.onReport(report);
    });
  });
}

function lineOf(socket: Socket, close: () => void): ControlLine {
  return {
    send: (order) => {
      if (socket.writable) socket.write(`${JSON.stringify(order)}\n`);
    },
    close: () => {
      close();
      socket.end();
    },
  };
}

function readLines(socket: Socket, take: (report: JobReport) => void): void {
  let pending = '';
  socket.on('data', (text: string) => {
    pending += text;
    if (pending.length > LINE_CHARACTERS_MAX) socket.destroy();
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      try {
        const message: unknown = JSON.parse(line);
        if (isReport(message)) take(message);
      } catch {
        socket.destroy();
      }
    }
  });
}
