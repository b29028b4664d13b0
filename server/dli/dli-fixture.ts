/** For tests: calls the DLI-compatible API of a console fixture as an SDK does, with a signature or a token, without Next.js. */
import { randomUUID } from 'node:crypto';
import { accessKeyContext } from '../auth/find-access-key.ts';
import type { Answered, ConsoleFixture } from '../http/console-fixture.ts';
import { seal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';
import { dispatchDli } from './dispatch.ts';
import { signatureOf } from './signature.ts';

const SIGNED = ['content-type', 'host', 'user-agent', 'x-project-id', 'x-sdk-date'];

export class DliClient {
  readonly #fixture: ConsoleFixture;
  readonly accessKey: string;
  readonly secretKey: string;

  constructor(fixture: ConsoleFixture, accessKey: string, secretKey: string) {
    this.#fixture = fixture;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  /** With a new access key of that user. */
  static async of(fixture: ConsoleFixture, userId: string): Promise<DliClient> {
    const accessKey = `AK${randomUUID().replaceAll('-', '').slice(0, 18).toUpperCase()}`;
    const secretKey = randomUUID();
    const { database, masterKey } = fixture.context;
    const secretSealed = seal(masterKey, accessKeyContext(accessKey), new Secret(secretKey));
    await database.accessKey.create({ data: { accessKey, secretSealed, userId, projectId: fixture.projectId } });
    return new DliClient(fixture, accessKey, secretKey);
  }

  /** `path` is what follows the project's id. */
  signed(method: string, path: string, body?: unknown, secretKey = this.secretKey, version = 'v1.0'): Request {
    const { clock, projectId } = this.#fixture;
    const url = new URL(`http://127.0.0.1:3000/${version}/${projectId}${path}`);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = new Headers({
      'content-type': 'application/json',
      host: '127.0.0.1:3000',
      'user-agent': 'huaweicloud-usdk-python/3.0; os/Linux#1#x86_64',
      'x-project-id': projectId,
      'x-sdk-date': new Date(clock.nowMs()).toISOString().replace(/\.\d+|[-:]/g, ''),
    });
    const signed = { method, path: url.pathname, query: url.search, headers, body: Buffer.from(text) };
    const signature = signatureOf(secretKey, signed, SIGNED);
    headers.set('authorization', `SDK-HMAC-SHA256 Access=${this.accessKey}, SignedHeaders=${SIGNED.join(';')}, Signature=${signature}`);
    return new Request(url, { method, headers, ...(text === '' ? {} : { body: text }) });
  }

  call(method: string, path: string, body?: unknown, version = 'v1.0'): Promise<Answered> {
    // Two calls of a test may be alike; a real clock has moved on.
    this.#fixture.clock.nowValue += 1_000;
    return answerOf(this.#fixture, this.signed(method, path, body, this.secretKey, version));
  }
}

export async function answerOf(fixture: ConsoleFixture, request: Request): Promise<Answered> {
  const response = await dispatchDli(fixture.context, request);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
