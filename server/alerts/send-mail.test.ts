/** Mail over real sockets to a real SMTP server: sign-in over TLS and STARTTLS, nothing in the clear that should not be, refusals in the server's words. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../../e2e/servers/mail.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { type MailTarget, sendMail } from './send-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-mail-'));
const dialer = createDialer({ allowPrivateAddresses: true });
const account = { user: 'alarms', password: 'canary-password' };
const mail = { id: 'notice-1', subject: 'FIRING: orders, 告警\r\nBcc: evil@example.org', text: '.\r\nRCPT TO:<evil@example.org>', atMs: 0 };
const servers: MailServer[] = [];

async function start(options: Omit<Parameters<typeof startMailServer>[0], 'folder'>): Promise<MailServer> {
  const server = await startMailServer({ ...options, folder: join(folder, String(servers.length)) });
  servers.push(server);
  if (server.ca) setDefaultCACertificates([...getCACertificates('bundled'), server.ca]);
  return server;
}
const targetOf = (server: MailServer, security: MailTarget['security'], more: Partial<MailTarget> = {}): MailTarget => ({
  host: 'localhost',
  port: server.port,
  security,
  user: '',
  from: 'tidemark@example.org',
  to: ['ops@example.org'],
  ...more,
});
const send = (target: MailTarget) => sendMail(target, mail, dialer, 5_000);

afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

describe('mail', () => {
  it.each(['tls', 'starttls'] as const)('signs in over %s, and its texts become no header, recipient or command', async (security) => {
    const server = await start({ security, account });
    expect(await send(targetOf(server, security, account))).toBe('localhost took the mail: 250 queued as 1.');
    expect(server.received).toMatchObject([{ user: 'alarms', isEncrypted: true, from: 'tidemark@example.org', to: ['ops@example.org'] }]);
    const [head = '', body = ''] = (server.received[0]?.raw ?? '').split('\r\n\r\n');
    expect(head).toContain('Message-ID: <notice-1@example.org>');
    expect(head).not.toMatch(/^bcc:/im);
    expect(body).toContain('evil@example.org');
    await expect(send(targetOf(server, security, { ...account, password: 'wrong' }))).rejects.toThrow(
      /^localhost refused the sign-in: 535 /,
    );
  });

  it('does not go where the certificate is not trusted, nor in the clear where STARTTLS is asked for', async () => {
    const server = await start({ security: 'starttls', account });
    setDefaultCACertificates(getCACertificates('bundled'));
    await expect(send(targetOf(server, 'starttls', account))).rejects.toThrow(/^localhost: unable to verify the first certificate/);
    const open = await start({ security: 'none' });
    await expect(send(targetOf(open, 'starttls', account))).rejects.toThrow(/STARTTLS failed, and the mail was not sent in the clear/);
    expect([...server.received, ...open.received]).toEqual([]);
  });

  it('sends no password in the clear, and tells what a server refuses', async () => {
    const server = await start({ security: 'none', unknownRecipient: 'nobody@example.org' });
    await send(targetOf(server, 'none', account));
    expect(server.received).toMatchObject([{ user: null, isEncrypted: false }]);
    await expect(send(targetOf(server, 'none', { to: ['nobody@example.org'] }))).rejects.toThrow('No such user here');
    expect(await send(targetOf(server, 'none', { to: ['ops@example.org', 'nobody@example.org'] }))).toContain(
      'It refused nobody@example.org.',
    );
    const { port } = server;
    await server.close();
    await expect(send(targetOf({ ...server, port }, 'none'))).rejects.toThrow(/localhost/);
  });
});
