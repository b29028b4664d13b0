/** Reads the parts of a request: client address, query, JSON body within a limit; checks the origin of writes. */

import { isIP } from 'node:net';
import { Refusal } from '../contract/errors.ts';
import { ARCHIVE_BYTES_MAX } from '../contract/job-archive.ts';
import { say } from '../contract/said.ts';

/** SQL of a million characters, escaped, with room beside it. */
export const BODY_MOST_BYTES = 8 * 1024 * 1024;

/** The last hop's word; a client may forge earlier ones. For the audit log and for limits that do not stand alone. */
export function clientAddress(headers: Headers): string {
  const address = (headers.get('x-forwarded-for') ?? '').split(',').at(-1)?.trim() ?? '';
  return isIP(address) === 0 ? 'unknown' : address.replace(/^::ffff:/, '');
}

/** A repeated name becomes one value separated by commas, as lists are written in this API. */
export function queryOf(url: URL): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) query.set(name, query.has(name) ? `${query.get(name)},${value}` : value);
  return Object.fromEntries(query);
}

export async function readBytes(request: Request, mostBytes = BODY_MOST_BYTES): Promise<Uint8Array> {
  const tooLarge = () => new Refusal('too-large', say('said.no.size', { most: mostBytes / 1024 / 1024 }));
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge();
  if (!request.body) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > mostBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readBody(request: Request, mostBytes = BODY_MOST_BYTES): Promise<string> {
  return Buffer.from(await readBytes(request, mostBytes)).toString('utf8');
}

/** The body of an upload of jobs. */
export async function readZip(request: Request): Promise<Uint8Array> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/zip') throw new Refusal('wrong-content-type', say('said.no.zipType'));
  return readBytes(request, ARCHIVE_BYTES_MAX);
}

/** The bytes of an upload as they come. */
export function uploadBody(request: Request): AsyncIterable<Uint8Array> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/octet-stream') {
    throw new Refusal('wrong-content-type', say('said.no.fileType'));
  }
  if (!request.body) throw new Refusal('invalid-request', say('said.no.fileBody'));
  return request.body as unknown as AsyncIterable<Uint8Array>;
}

/** A file that a browser saves, sent as it is read. */
export function fileStream(bytes: AsyncGenerator<Uint8Array, void, undefined>, type: string, name: string, sizeBytes: number): Response {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await bytes.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await bytes.return();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': type, 'content-length': String(sizeBytes), 'content-disposition': `attachment; filename="${name}"` },
  });
}

/** A file that a browser saves. */
export function fileAnswer(bytes: Uint8Array, type: string, name: string): Response {
  return new Response(Uint8Array.from(bytes), {
    headers: { 'content-type': type, 'content-length': String(bytes.byteLength), 'content-disposition': `attachment; filename="${name}"` },
  });
}

export async function readJson(request: Request): Promise<unknown> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Refusal('wrong-content-type', say('said.no.jsonType'));
  const text = await readBody(request);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('not-json', say('said.no.json', { why: (error as Error).message }));
  }
}

/**
 * A browser sends Origin with every write. Where it is there, it must be this server; with a session it must be there, since the cookie
 * alone does not say that the page was ours.
 */
export function requireOwnOrigin(headers: Headers, hasSession: boolean): void {
  const origin = headers.get('origin');
  if (origin === null) {
    const site = headers.get('sec-fetch-site');
    if (!hasSession && (site === null || site === 'same-origin' || site === 'none')) return;
    throw new Refusal('wrong-origin', say('said.no.origin'));
  }
  const host = (headers.get('x-forwarded-host') ?? headers.get('host') ?? '').toLowerCase();
  const isOwn = URL.canParse(origin) && new URL(origin).host.toLowerCase() === host;
  if (!isOwn) throw new Refusal('wrong-origin', say('said.no.foreignOrigin', { origin: origin.slice(0, 200) }));
}
