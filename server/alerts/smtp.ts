/**
 * Sends one plain text mail (RFC 5321, 5322): greeting, EHLO, STARTTLS where asked for, AUTH PLAIN or LOGIN, envelope, data. The password goes over
 * TLS only. Texts are encoded (base64 body, encoded-word subject), so that nothing in them becomes a header or a command.
 */
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Dialer } from '../effects/dialer.ts';

export interface MailTarget {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly password?: string | undefined;
}

export interface Mail {
  /** Part of the message id: the same at every try. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly atMs: number;
}

interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

const REPLY_CHARACTERS_MAX = 64 * 1024;

export async function sendMail(target: MailTarget, mail: Mail, dialer: Dialer, timeoutMs: number): Promise<string> {
  const { host, port, security } = target;
  const dialed = await dialer.connect({ host, port, timeoutMs, ...(security === 'tls' ? { tls: {} } : {}) });
  let line = new SmtpLine(dialed, host, timeoutMs);
  try {
    await line.expect(null, 220);
    let features = await hello(line);
    if (security === 'starttls') {
      if (!features.includes('STARTTLS')) throw new Error(`${host} offers no STARTTLS; the mail was not sent in the clear.`);
      await line.expect('STARTTLS', 220);
      line = new SmtpLine(await upgrade(line.release(), host, timeoutMs), host, timeoutMs);
      features = await hello(line);
    }
    if (target.user !== '' && security !== 'none') await signIn(line, features, target);
    await line.expect(`MAIL FROM:<${target.from}>`, 250);
    for (const to of target.to) await line.expect(`RCPT TO:<${to}>`, 250);
    await line.expect('DATA', 354);
    const reply = await line.expect(`${messageOf(target, mail)}\r\n.`, 250);
    line.send('QUIT');
    return `${host} took the mail: ${reply.lines.at(-1) ?? ''}`.slice(0, 300);
  } finally {
    line.end();
  }
}

async function hello(line: SmtpLine): Promise<string> {
  return (await line.expect('EHLO tidemark', 250)).lines.join('\n').toUpperCase();
}

async function signIn(line: SmtpLine, features: string, { user, password = '' }: MailTarget): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  if (/^AUTH .*\bPLAIN\b/m.test(features)) {
    await line.expect(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 235, 'the sign-in');
    return;
  }
  await line.expect('AUTH LOGIN', 334, 'the sign-in');
  await line.expect(base64(user), 334, 'the sign-in');
  await line.expect(base64(password), 235, 'the sign-in');
}

function upgrade(socket: Socket, host: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({ socket, servername: host });
    const timer = setTimeout(() => secure.destroy(new Error(`TLS with ${host} was not ready in time.`)), timeoutMs);
    secure.once('secureConnect', () => {
      clearTimeout(timer);
      resolve(secure);
    });
    secure.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`TLS with ${host} failed: ${error.message}.`));
    });
  });
}

function messageOf(target: MailTarget, mail: Mail): string {
  const domain = target.from.split('@')[1] ?? 'localhost';
  const subject = `=?UTF-8?B?${Buffer.from(mail.subject.slice(0, 150), 'utf8').toString('base64')}?=`;
  const body = Buffer.from(`${mail.text}\n`, 'utf8').toString('base64').replace(/.{76}/g, '$&\r\n');
  return [
    `From: Tidemark <${target.from}>`,
    `To: ${target.to.join(', ')}`,
    `Subject: ${subject}`,
    `Date: ${new Date(mail.atMs).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${mail.id}@${domain}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    'Auto-Submitted: auto-generated',
    '',
    body,
  ].join('\r\n');
}

/** Commands and replies, one at a time. */
class SmtpLine {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #timeoutMs: number;
  #pending = '';
  #waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void } | null = null;
  #failure: Error | null = null;

  constructor(socket: Socket, host: string, timeoutMs: number) {
    this.#socket = socket;
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#fail(new Error(`${host}: ${error.message}`)));
    socket.on('close', () => this.#fail(new Error(`${host} closed the connection.`)));
  }

  send(command: string): void {
    this.#socket.write(`${command}\r\n`);
  }

  /** `command` null waits for the greeting. `what` stands in messages instead of the command. */
  async expect(command: string | null, code: number, what?: string): Promise<Reply> {
    if (command !== null) this.send(command);
    const reply = await this.#reply();
    if (reply.code === code || (code === 250 && reply.code === 251)) return reply;
    const word = what ?? (command === null ? 'the connection' : (command.split(/[\r\n]/)[0] ?? '').slice(0, 100));
    throw new Error(`${this.#host} refused ${word}: ${reply.code} ${reply.lines.at(-1) ?? ''}`.slice(0, 300));
  }

  /** Takes the socket away, for TLS over it. What was sent behind the answer is dropped (it was not encrypted). */
  release(): Socket {
    this.#socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
    return this.#socket;
  }

  end(): void {
    this.#socket.on('error', () => {});
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 1_000).unref();
  }

  #reply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const timer = setTimeout(
        () => this.#fail(new Error(`${this.#host} did not answer within ${this.#timeoutMs / 1000} s.`)),
        this.#timeoutMs,
      );
      this.#waiting = {
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#take('');
    });
  }

  #take(text: string): void {
    this.#pending += text;
    if (this.#pending.length > REPLY_CHARACTERS_MAX) {
      this.#fail(new Error(`${this.#host} does not speak SMTP.`));
      return;
    }
    const match = /^((?:\d{3}-[^\n]*\n)*)(\d{3})(?: [^\n]*)?\r?\n/.exec(this.#pending);
    if (!match || !this.#waiting) return;
    this.#pending = this.#pending.slice(match[0].length);
    const lines = match[0]
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.slice(4));
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting.resolve({ code: Number(match[2]), lines });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#socket.destroy();
    waiting?.reject(error);
  }
}
