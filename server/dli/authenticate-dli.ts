/**
 * From a DLI request to its caller: an access key's signature, or `X-Auth-Token` with an API token. A session cookie counts for nothing here,
 * so that no page of a browser can call. Checks, in this order: form, key, pause after wrong signatures, date, body hash, signature,
 * repetition, project. The project in the path is signed and must be the caller's; X-Project-Id is only a claim that must equal it.
 */
import { authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { findAccessKey } from '../auth/find-access-key.ts';
import { accessKeyKey, clearFailures, recordFailure } from '../auth/sign-in-throttle.ts';
import type { ConsoleContext } from '../services/context.ts';
import { DliError, notAuthentic } from './dli-error.ts';
import { ReplayGuard } from './replay-guard.ts';
import {
  type Authorization,
  DATE_HEADER,
  formProblem,
  isSignatureRight,
  parseAuthorization,
  parseSdkDate,
  type SignedRequest,
} from './signature.ts';

/** How far X-Sdk-Date may be from this server's time, either way. */
const WINDOW_MS = 15 * 60_000;

const KEY = Symbol.for('tidemark.dli-replay-guard');
/** On globalThis, since route handlers are separate bundles of one process. */
function replayGuard(): ReplayGuard {
  const holder = globalThis as { [KEY]?: ReplayGuard };
  holder[KEY] ??= new ReplayGuard(2 * WINDOW_MS);
  return holder[KEY];
}

export interface DliRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Reads the body, within the limit; called once. */
  readonly readBody: () => Promise<Uint8Array>;
}

export interface Authenticated {
  readonly caller: Caller;
  readonly body: Uint8Array;
}

/** Throws DliError 401 (not authentic) or 403 (another project). */
export async function authenticateDli(context: ConsoleContext, request: DliRequest, projectId: string): Promise<Authenticated> {
  const authorization = request.headers.get('authorization');
  const token = request.headers.get('x-auth-token');
  if (authorization === null && token === null) throw notAuthentic('x-auth-token not found');
  const found = authorization !== null ? await bySignature(context, request, authorization) : await byToken(context, request, token ?? '');
  const claimed = request.headers.get('x-project-id');
  if (found.caller.projectId !== projectId || (claimed !== null && claimed !== projectId)) {
    throw new DliError(403, 'APIGW.0302', `The IAM user is not allowed to access the project ${projectId.slice(0, 64)}.`);
  }
  return found;
}

async function byToken(context: ConsoleContext, request: DliRequest, token: string): Promise<Authenticated> {
  const headers = new Headers({ authorization: `Bearer ${token.replace(/[^\x21-\x7e]/g, '')}` });
  const caller = await authenticate(context.database, headers, request.url.href, context.clock.nowMs());
  if (!caller) throw notAuthentic('decrypt token fail');
  return { caller, body: await request.readBody() };
}

async function bySignature(context: ConsoleContext, request: DliRequest, text: string): Promise<Authenticated> {
  const { database, masterKey, clock } = context;
  const authorization = parseAuthorization(text);
  if (!authorization)
    throw notAuthentic('verify aksk signature fail, the Authorization header is not of the form that SDK-HMAC-SHA256 asks for');
  const nowMs = clock.nowMs();
  const key = await findAccessKey(database, masterKey, authorization.accessKey, nowMs);
  if (!key) throw notAuthentic('verify aksk signature fail, there is no such access key');
  const throttle = accessKeyKey(authorization.accessKey);
  const failures = await database.signInThrottle.findUnique({ where: { key: throttle.key } });
  if ((failures?.blockedUntil?.getTime() ?? 0) > nowMs) {
    throw notAuthentic('verify aksk signature fail, the access key is locked for five minutes after five wrong signatures');
  }
  requireDate(request.headers, nowMs);
  const { method, url, headers } = request;
  const body = await request.readBody();
  const signed: SignedRequest = { method, path: url.pathname, query: url.search, headers, body };
  const problem = formProblem(signed, authorization);
  if (problem !== null) throw notAuthentic(`verify aksk signature fail, ${problem}`);
  if (!isSignatureRight(key.secret.reveal(), signed, authorization)) {
    await recordFailure(database, [throttle], nowMs);
    throw notAuthentic('verify aksk signature fail, the signature does not fit the request');
  }
  if (failures) await clearFailures(database, throttle);
  requireFresh(method, authorization, nowMs);
  return { caller: key.caller, body };
}

function requireDate(headers: Headers, nowMs: number): void {
  const text = headers.get(DATE_HEADER) ?? '';
  const dateMs = parseSdkDate(text);
  if (Number.isNaN(dateMs)) throw notAuthentic('verify aksk signature fail, X-Sdk-Date is missing or not of the form 20260101T000000Z');
  if (Math.abs(nowMs - dateMs) > WINDOW_MS) {
    throw notAuthentic(`signature expired, X-Sdk-Date is ${text} and the server's time ${new Date(nowMs).toISOString()}`);
  }
}

function requireFresh(method: string, { signature }: Authorization, nowMs: number): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (!replayGuard().admit(signature, nowMs)) throw notAuthentic('verify aksk signature fail, the same request was received before');
}
