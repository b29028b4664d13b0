/**
 * A Flink cluster as it is reached: the JobManager's REST interface and the SQL Gateway, both over the one outbound dialer. Only fixed paths are
 * asked for; nothing is ever proxied to a browser.
 */
import type { z } from 'zod';
import { DialError, type Dialer } from '../../effects/dialer.ts';
import { exchange, type HttpAnswer, HttpExchangeError, type HttpQuestion } from '../../effects/http-exchange.ts';
import type { Secret } from '../../secrets/secret.ts';

export interface FlinkClusterAddress {
  /** Name of the connection or queue; what messages call it. */
  readonly name: string;
  readonly jobManagerUrl: string;
  /** Null: no SQL Gateway; the cluster runs Jar jobs only. */
  readonly gatewayUrl: string | null;
  readonly authentication: 'none' | 'basic' | 'bearer';
  readonly username: string;
  readonly secret: Secret | null;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM; empty = the usual authorities. */
  readonly caCertificates: string;
}

/** The cluster gave no answer (network, proxy, starting up): nothing is known of its jobs. */
export class FlinkUnreachable extends Error {
  override readonly name = 'FlinkUnreachable';
}

/** The cluster answered, and refused or failed. `message` is its root cause. */
export class FlinkRefusal extends Error {
  override readonly name = 'FlinkRefusal';
  readonly status: number;
  /** All that it said, for the log. */
  readonly detail: string;
  constructor(status: number, message: string, detail: string) {
    super(message);
    this.status = status;
    this.detail = detail;
  }
}

export interface FlinkQuestion {
  readonly method: HttpQuestion['method'];
  /** From the address on: `/jobs/overview`. */
  readonly path: string;
  readonly json?: unknown;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** A proxy before the cluster says that nobody is behind it. */
const NOBODY_THERE = new Set([502, 503, 504]);

export class FlinkLine {
  readonly #dialer: Dialer;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ca: string;

  constructor(dialer: Dialer, base: string, address: FlinkClusterAddress) {
    this.#dialer = dialer;
    this.#base = base.replace(/\/+$/, '');
    this.#headers = { ...address.headers, ...authorizationOf(address) };
    this.#ca = address.caCertificates;
  }

  /** The answer as the schema reads it. Throws FlinkUnreachable or FlinkRefusal. */
  async ask<T extends z.ZodType>(question: FlinkQuestion, schema: T): Promise<z.output<T>> {
    const answer = await this.#exchange(question);
    const json = this.#jsonOf(question, answer);
    if (answer.status >= 400) throw refusalOf(answer.status, json);
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    const issue = read.error.issues[0];
    throw new FlinkRefusal(
      answer.status,
      `${question.path} was answered in an unknown form (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}); is it a Flink 1.20 or 2.x?`,
      '',
    );
  }

  /** A text, not JSON; null: there is no such. Throws FlinkUnreachable. */
  async text(path: string): Promise<string | null> {
    const answer = await this.#exchange({ method: 'GET', path });
    if (answer.status >= 400 && answer.status < 500) return null;
    if (answer.status !== 200) throw new FlinkUnreachable(`${path} answered ${answer.status}.`);
    return answer.body.toString('utf8');
  }

  async #exchange({ method, path, json, body, timeoutMs = TIMEOUT_MS }: FlinkQuestion): Promise<HttpAnswer> {
    const bytes = json === undefined ? body?.bytes : Buffer.from(JSON.stringify(json));
    const type = json === undefined ? body?.type : 'application/json';
    try {
      return await exchange(this.#dialer, {
        method,
        url: `${this.#base}${path}`,
        headers: { ...this.#headers, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(bytes === undefined ? {} : { body: bytes }),
        ca: this.#ca,
        timeoutMs,
        mostBytes: MOST_BYTES,
      });
    } catch (error) {
      if (error instanceof DialError || error instanceof HttpExchangeError) throw new FlinkUnreachable(error.message, { cause: error });
      throw error;
    }
  }

  #jsonOf(question: FlinkQuestion, answer: HttpAnswer): unknown {
    const at = `${new URL(this.#base).host}${question.path}`;
    if (NOBODY_THERE.has(answer.status)) throw new FlinkUnreachable(`${at} answered ${answer.status}: nobody is there.`);
    if (answer.status === 401 || answer.status === 403) {
      throw new FlinkRefusal(answer.status, `${at} answered ${answer.status}: the sign-in of the connection is refused.`, '');
    }
    if (answer.status >= 300 && answer.status < 400) {
      throw new FlinkRefusal(answer.status, `${at} redirects elsewhere; give the address it leads to.`, '');
    }
    try {
      return JSON.parse(answer.body.toString('utf8')) as unknown;
    } catch {
      throw new FlinkRefusal(
        answer.status,
        `${at} answered ${answer.status}, but not as Flink does.`,
        answer.body.toString('utf8', 0, 2_000),
      );
    }
  }
}

function authorizationOf({ authentication, username, secret }: FlinkClusterAddress): Record<string, string> {
  const password = secret?.reveal() ?? '';
  if (authentication === 'basic') return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  return authentication === 'bearer' ? { authorization: `Bearer ${password}` } : {};
}

function refusalOf(status: number, json: unknown): FlinkRefusal {
  const errors = (json as { errors?: unknown })?.errors;
  const texts = Array.isArray(errors) ? errors.filter((one): one is string => typeof one === 'string') : [];
  const detail = texts.join('\n');
  return new FlinkRefusal(status, detail === '' ? `Flink answered ${status}.` : rootCauseOf(detail).message, detail);
}

export interface RootCause {
  /** Java class without its package: `ValidationException`. */
  readonly className: string;
  /** One or two sentences for people. */
  readonly message: string;
}

const HEAD = /^\s*(?:<Exception on server side:\s*)?(?:Caused by: )?((?:[a-z_][\w$]*\.)+[A-Z][\w$]*)(?::\s*(.*))?$/;
/** Lines by which Flink's REST server frames what it caught. */
const OURS = /^(?:End of exception|Internal server error\.|<Exception on server side)/;
const PLACE = /^\s*(?:at |\.\.\. \d+ more)/;

/** The innermost cause of a Java stack trace; the first line where it holds none. */
export function rootCauseOf(trace: string): RootCause {
  const lines = trace.split('\n');
  let cause: RootCause | null = null;
  for (let index = 0; index < lines.length; index++) {
    const head = HEAD.exec(lines[index] as string);
    if (!head) continue;
    const words = [head[2] ?? ''];
    // A message may have several lines: it goes on until the first place or cause.
    for (let next = index + 1; next < lines.length && words.length < 12; next++) {
      const line = lines[next] as string;
      if (PLACE.test(line) || HEAD.test(line) || OURS.test(line)) break;
      words.push(line.trim());
    }
    const className = (head[1] as string).split('.').at(-1) as string;
    const message = words.filter((word) => word !== '').join(' ');
    // A cause without words says less than the one around it.
    if (cause === null || message !== '') cause = { className, message: message === '' ? className : message };
  }
  return cause ?? { className: '', message: (lines.find((line) => line.trim() !== '') ?? 'Flink gave no reason.').trim() };
}
