/**
 * One plain text mail by SMTP. The library speaks the protocol; the socket comes from the dialer, so that the address policy holds for mail servers too. The
 * password goes over TLS only, and STARTTLS is required where it is asked for: a server that does not offer it gets no mail.
 */
import { createTransport } from 'nodemailer';
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

const ANSWER_CHARACTERS = 300;

/** Resolves with the server's answer. Throws an Error with one sentence: unreachable, refused, in whose words. */
export async function sendMail(target: MailTarget, mail: Mail, dialer: Dialer, timeoutMs: number): Promise<string> {
  const { host, port, security } = target;
  const socket = await dialer.connect({ host, port, timeoutMs, ...(security === 'tls' ? { tls: {} } : {}) });
  const transport = createTransport({
    host,
    port,
    connection: socket,
    // TLS from the first byte is the dialer's; what is left to the library is STARTTLS.
    secured: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    name: 'tidemark',
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(target.user !== '' && security !== 'none' ? { auth: { user: target.user, pass: target.password ?? '' } } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      from: { name: 'Tidemark', address: target.from },
      to: [...target.to],
      subject: mail.subject,
      text: mail.text,
      date: new Date(mail.atMs),
      messageId: `<${mail.id}@${target.from.split('@')[1] ?? 'localhost'}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const refused = sent.rejected.length === 0 ? '' : ` It refused ${sent.rejected.join(', ')}.`;
    return `${host} took the mail: ${sent.response}.${refused}`.slice(0, ANSWER_CHARACTERS);
  } catch (error) {
    throw new Error(refusalOf(host, error as SmtpFailure).slice(0, ANSWER_CHARACTERS));
  } finally {
    transport.close();
    socket.destroy();
  }
}

interface SmtpFailure extends Error {
  readonly code?: string;
  readonly command?: string;
  /** The server's answer, where it gave one. */
  readonly response?: string;
}

function refusalOf(host: string, { code, command, response, message }: SmtpFailure): string {
  const said = response ?? message;
  if (code === 'EAUTH') return `${host} refused the sign-in: ${said}`;
  if (command === 'STARTTLS' || code === 'ETLS') return `${host}: STARTTLS failed, and the mail was not sent in the clear: ${said}`;
  if (response !== undefined) return `${host} refused ${command ?? 'the mail'}: ${response}`;
  return `${host}: ${message}`;
}
