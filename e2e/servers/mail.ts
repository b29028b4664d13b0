/**
 * A real SMTP server (the npm package smtp-server) inside the test's process: takes what a client sends and keeps it. With TLS it shows a certificate of an
 * authority of its own, made by openssl; `caFile` is for NODE_EXTRA_CA_CERTS of the process that is to trust it.
 */
import { SMTPServer } from 'smtp-server';
import { makeCertificate } from './certificate.ts';
import { freePort } from './process.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body as they came. */
  readonly raw: string;
  /** Who signed in; null = nobody did. */
  readonly user: string | null;
  readonly isEncrypted: boolean;
}

export interface MailServer {
  readonly port: number;
  readonly received: ReceivedMail[];
  readonly ca: string | null;
  readonly caFile: string | null;
  close(): Promise<void>;
}

export interface MailServerOptions {
  readonly folder: string;
  readonly port?: number;
  /** tls: from the first byte. starttls: offered. none: not offered. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** Asked for before mail is taken. */
  readonly account?: { readonly user: string; readonly password: string };
  /** Answers 550 to this recipient. */
  readonly unknownRecipient?: string;
}

export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const { security, account, unknownRecipient } = options;
  const pem = security === 'none' ? null : makeCertificate(options.folder);
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    secure: security === 'tls',
    ...(pem ? { key: pem.key, cert: pem.cert } : {}),
    disabledCommands: security === 'none' ? ['STARTTLS'] : [],
    authOptional: account === undefined,
    logger: false,
    onAuth: ({ username, password }, _session, answer) => {
      const isGood = account !== undefined && username === account.user && password === account.password;
      answer(isGood ? null : new Error('Authentication credentials invalid'), isGood ? { user: username } : undefined);
    },
    onRcptTo: ({ address }, _session, answer) => {
      const refusal = Object.assign(new Error('No such user here'), { responseCode: 550 });
      answer(address === unknownRecipient ? refusal : null);
    },
    onData: (stream, session, done) => {
      let raw = '';
      stream.setEncoding('utf8').on('data', (part: string) => (raw += part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((one) => one.address),
          raw,
          user: session.user === undefined ? null : String(session.user),
          isEncrypted: session.secure,
        });
        done(null, `queued as ${received.length}`);
      });
    },
  });
  // A client that goes away, or that does not trust the certificate, is what some tests are about.
  server.on('error', () => {});
  const port = options.port ?? (await freePort());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    port,
    received,
    ca: pem?.ca ?? null,
    caFile: pem?.caFile ?? null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
