/**
 * One HTTP request and its whole answer, over the dialer: a connection of its own, no redirect followed, time and size bounded.
 * Throws DialError when the server cannot be reached, HttpExchangeError when it does not answer as HTTP wants.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Dialer } from './dialer.ts';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** PEM of the authorities that are trusted beside the address's own; empty or absent = the usual ones. */
  readonly ca?: string;
  /** From the first byte dialed to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export type HttpFailure = 'timeout' | 'broken' | 'too-long';

export class HttpExchangeError extends Error {
  override readonly name = 'HttpExchangeError';
  readonly reason: HttpFailure;
  constructor(reason: HttpFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export async function exchange(dialer: Dialer, question: HttpQuestion): Promise<HttpAnswer> {
  const url = new URL(question.url);
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = isTls ? { tls: question.ca ? { ca: question.ca } : {} } : {};
  const socket = await dialer.connect({ host, port, timeoutMs: question.timeoutMs, ...tls });
  return ask(socket, url, question);
}

function ask(socket: Socket, url: URL, question: HttpQuestion): Promise<HttpAnswer> {
  const { body, timeoutMs, mostBytes } = question;
  return new Promise((resolve, reject) => {
    const fail = (reason: HttpFailure, message: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new HttpExchangeError(reason, message));
    };
    const timer = setTimeout(() => fail('timeout', `${url.host} did not answer within ${timeoutMs / 1000} s.`), timeoutMs);
    const sent = httpRequest({
      createConnection: () => socket,
      path: `${url.pathname}${url.search}`,
      method: question.method,
      headers: {
        'user-agent': 'tidemark',
        accept: 'application/json',
        ...question.headers,
        ...(body ? { 'content-length': body.length } : {}),
        host: url.host,
        connection: 'close',
      },
    });
    sent.on('error', (error) => fail('broken', `${url.host}: ${error.message}`));
    sent.on('response', (answer: IncomingMessage) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        length += part.length;
        if (length > mostBytes) fail('too-long', `${url.host} answered with more than ${mostBytes} bytes.`);
        else parts.push(part);
      });
      answer.on('aborted', () => fail('broken', `${url.host} broke its answer off.`));
      answer.on('end', () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', body: Buffer.concat(parts) });
      });
    });
    sent.end(body);
  });
}
