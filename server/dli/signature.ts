/**
 * Signatures of Huawei Cloud SDKs, algorithm SDK-HMAC-SHA256 (API Gateway signing guide). Pure: no clock, no database.
 *
 *   canonical request = METHOD \n URI \n QUERY \n HEADERS \n SignedHeaders \n HASH
 *   URI      segments of the path, decoded and encoded again by RFC 3986, always ending in "/" (in this text only, never on the wire)
 *   QUERY    k=v, both encoded the same way, sorted by key, then by value, joined by "&"
 *   HEADERS  for each signed header in the order given: lower-case name ":" trimmed value "\n"
 *   HASH     hex SHA-256 of the body's bytes
 *   string to sign    = "SDK-HMAC-SHA256" \n X-Sdk-Date \n hex SHA-256 of the canonical request
 *   signature         = hex HMAC-SHA256(secret key, string to sign)
 *
 * Clients differ in what they sign; all of them sign X-Sdk-Date, so that one is required and no other.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const ALGORITHM = 'SDK-HMAC-SHA256';
export const DATE_HEADER = 'x-sdk-date';
const BODY_HASH_HEADER = 'x-sdk-content-sha256';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Authorization {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
}

/** Null when it is not of this algorithm or has not its form. */
export function parseAuthorization(text: string): Authorization | null {
  const match = /^SDK-HMAC-SHA256 +Access=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-fA-F]{64})$/.exec(text.trim());
  if (!match) return null;
  const [, accessKey = '', names = '', signature = ''] = match;
  return { accessKey, signedHeaders: names.toLowerCase().split(';'), signature: signature.toLowerCase() };
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What cannot be decoded stays as it is: its signature will not fit. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function canonicalUri(path: string): string {
  const uri = path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
  return uri.endsWith('/') ? uri : `${uri}/`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function canonicalQuery(query: string): string {
  const pairs = query
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? ([decode(part), ''] as const) : ([decode(part.slice(0, equals)), decode(part.slice(equals + 1))] as const);
    });
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .join('&');
}

export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? '').trim()}\n`).join('');
  return [
    request.method.toUpperCase(),
    canonicalUri(request.path),
    canonicalQuery(request.query),
    headers,
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

export function signatureOf(secretKey: string, request: SignedRequest, signedHeaders: readonly string[]): string {
  const date = request.headers.get(DATE_HEADER) ?? '';
  const text = [ALGORITHM, date, sha256(canonicalRequest(request, signedHeaders))].join('\n');
  return createHmac('sha256', secretKey).update(text).digest('hex');
}

export function isSignatureRight(secretKey: string, request: SignedRequest, authorization: Authorization): boolean {
  const expected = Buffer.from(signatureOf(secretKey, request, authorization.signedHeaders), 'hex');
  return timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'));
}

/** Why a request cannot be checked at all, or null. The body's own hash must hold: a header that says otherwise could hide another body. */
export function formProblem(request: SignedRequest, authorization: Authorization): string | null {
  if (!authorization.signedHeaders.includes(DATE_HEADER)) return 'X-Sdk-Date is not among the signed headers';
  const missing = authorization.signedHeaders.find((name) => !request.headers.has(name));
  if (missing !== undefined) return `the signed header ${missing.slice(0, 100)} is not in the request`;
  const hash = request.headers.get(BODY_HASH_HEADER);
  if (hash !== null && hash.toLowerCase() !== sha256(request.body)) return 'X-Sdk-Content-Sha256 is not the SHA-256 of the body';
  return null;
}

/** `20260101T000000Z` to ms since the epoch; NaN when it has not that form. */
export function parseSdkDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
