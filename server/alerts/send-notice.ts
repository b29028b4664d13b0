/**
 * One try to tell a notice to a channel. Every address goes through the dialer; redirects are not followed. Resolves with the channel's answer, throws an
 * Error with one sentence (without secrets) when it was not taken.
 */
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Dialer } from '../effects/dialer.ts';
import type { ChannelTarget } from './channel-target.ts';
import { linkOf, type Notice, subjectOf, textOf } from './notice.ts';
import { sendMail } from './send-mail.ts';

const TIMEOUT_MS = 15_000;
const ANSWER_CHARACTERS = 300;

export async function sendNotice(target: ChannelTarget, notice: Notice, dialer: Dialer, nowMs: number): Promise<string> {
  switch (target.kind) {
    case 'webhook': {
      const alarms = notice.items.map((item) => ({ ...item, url: linkOf(item, notice.publicUrl) }));
      const body = JSON.stringify({ id: notice.id, alarms, text: textOf(notice) });
      const signature = target.secret === undefined ? null : createHmac('sha256', target.secret).update(body).digest('hex');
      const headers = signature === null ? {} : { 'x-tidemark-signature': `sha256=${signature}` };
      return post(target.url, body, { ...headers, 'x-tidemark-delivery': notice.id }, dialer);
    }
    case 'slack':
      return post(target.url, JSON.stringify({ text: `${subjectOf(notice)}\n${textOf(notice)}` }), {}, dialer);
    case 'email':
      return sendMail(target, { id: notice.id, subject: subjectOf(notice), text: textOf(notice), atMs: nowMs }, dialer, TIMEOUT_MS);
  }
}

async function post(address: string, body: string, headers: Readonly<Record<string, string>>, dialer: Dialer): Promise<string> {
  const url = new URL(address);
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = await dialer.connect({ host, port, timeoutMs: TIMEOUT_MS, ...(isTls ? { tls: {} } : {}) });
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => {
      socket.destroy();
      reject(new Error(message));
    };
    const timer = setTimeout(() => fail(`${url.host} did not answer within ${TIMEOUT_MS / 1000} s.`), TIMEOUT_MS);
    const sent = httpRequest(
      {
        createConnection: () => socket,
        host,
        port,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: {
          ...headers,
          host: url.host,
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'tidemark',
          connection: 'close',
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          if (text.length < ANSWER_CHARACTERS) text += part;
        });
        answer.on('end', () => {
          clearTimeout(timer);
          const status = answer.statusCode ?? 0;
          const said = `${url.host} answered ${status}${text === '' ? '' : `: ${text.slice(0, ANSWER_CHARACTERS)}`}`;
          if (status >= 200 && status < 300) resolve(said);
          else fail(status >= 300 && status < 400 ? `${said}. Redirects are not followed.` : said);
        });
      },
    );
    sent.on('error', (error) => {
      clearTimeout(timer);
      fail(`${url.host}: ${error.message}`);
    });
    sent.end(body);
  });
}
