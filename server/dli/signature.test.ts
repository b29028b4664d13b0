/** Signatures against vectors made by huaweicloudsdkcore 3.1.219 (Signer.sign), access key EXAMPLEAK, secret key ExampleSecretKey. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, formProblem, isSignatureRight, parseAuthorization, parseSdkDate, type SignedRequest } from './signature.ts';

const SECRET = 'ExampleSecretKey';
const BASE = '/v1.0/0123456789abcdef0123456789abcdef/streaming';
const NAMES = 'content-type;host;x-project-id;x-sdk-date';

function request(method: string, path: string, query: string, body: string, more: Record<string, string> = {}): SignedRequest {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Host: '127.0.0.1:8080',
    'X-Project-Id': '0123456789abcdef0123456789abcdef',
    'X-Sdk-Date': '20260101T000000Z',
    ...more,
  });
  return { method, path: `${BASE}${path}`, query, headers, body: Buffer.from(body) };
}
const authorization = (signature: string) => {
  const parsed = parseAuthorization(`SDK-HMAC-SHA256 Access=EXAMPLEAK, SignedHeaders=${NAMES}, Signature=${signature}`);
  if (!parsed) throw new Error('does not parse');
  return parsed;
};

const VECTORS: readonly (readonly [what: string, SignedRequest, signature: string])[] = [
  [
    'a query with a space and a boolean',
    request('GET', '/jobs', '?limit=10&name=a%20b&show_detail=true', ''),
    '1b544bab1df04a7d264ec844d0c4343303de652fc40ffbaf0a1fc663fe2c0513',
  ],
  [
    'a body',
    request('POST', '/jobs/stop', '', '{"job_ids":[1001],"trigger_savepoint":true}'),
    '86e210acacdc0f959b2dda1974483e9e72ab2e61bd89d7a613106b79d91fefec',
  ],
  [
    'signs that RFC 3986 reserves, a name given twice, letters beyond ASCII',
    request('GET', '/jobs', `?tags=k=v,%E5%9C%B0=%E5%A4%A9&name=a%20b%2Bc/%C3%BC~*'()%3D%26%25!&name=0`, ''),
    '5819a673ecd45f70bdcf18a76d9da4df8b221af5c0fe541d05520e28e5d0db0f',
  ],
  [
    'a body with escapes, hashed as it came',
    request('POST', '/sql-jobs', '', '{"name": "\\u4e2d"}'),
    '09bb50caec41a31169b5dcc04e2b1d3eb0e6f4ba87cdce79dc68b758639651fc',
  ],
];

describe('signature', () => {
  it.each(VECTORS)('takes what the SDK signed: %s', (_what, signed, signature) => {
    expect(isSignatureRight(SECRET, signed, authorization(signature))).toBe(true);
    expect(isSignatureRight('AnotherSecretKey', signed, authorization(signature))).toBe(false);
  });

  it('builds the canonical request byte by byte', () => {
    const [, first] = VECTORS[0] as (typeof VECTORS)[number];
    const text = canonicalRequest(first, NAMES.split(';'));
    expect(text.split('\n')).toEqual([
      'GET',
      `${BASE}/jobs/`,
      'limit=10&name=a%20b&show_detail=true',
      'content-type:application/json',
      'host:127.0.0.1:8080',
      'x-project-id:0123456789abcdef0123456789abcdef',
      'x-sdk-date:20260101T000000Z',
      '',
      NAMES,
      createHash('sha256').update('').digest('hex'),
    ]);
  });

  it('refuses any change of path, query, header or body', () => {
    const [, signed, signature] = VECTORS[1] as (typeof VECTORS)[number];
    const right = authorization(signature);
    const changed: SignedRequest[] = [
      { ...signed, method: 'PUT' },
      { ...signed, path: `${BASE}/jobs/run` },
      { ...signed, query: '?x=1' },
      { ...signed, body: Buffer.from('{"job_ids":[1002],"trigger_savepoint":true}') },
      request('POST', '/jobs/stop', '', '{"job_ids":[1001],"trigger_savepoint":true}', { 'X-Sdk-Date': '20260101T000001Z' }),
    ];
    expect(changed.map((one) => isSignatureRight(SECRET, one, right))).toEqual([false, false, false, false, false]);
  });

  it('needs the date signed, the signed headers there, and the hash header true', () => {
    const [, signed, signature] = VECTORS[1] as (typeof VECTORS)[number];
    const right = authorization(signature);
    expect(formProblem(signed, right)).toBeNull();
    expect(formProblem(signed, { ...right, signedHeaders: ['host'] })).toContain('X-Sdk-Date');
    expect(formProblem(signed, { ...right, signedHeaders: ['x-sdk-date', 'x-other'] })).toContain('x-other');
    const hidden = request('POST', '/jobs/stop', '', '{}', { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' });
    expect(formProblem(hidden, right)).toContain('X-Sdk-Content-Sha256');
  });

  it('reads the date as UTC and nothing else as a date', () => {
    expect(parseSdkDate('20260101T000000Z')).toBe(Date.UTC(2026, 0, 1));
    expect(['', '20260101', '2026-01-01T00:00:00Z', '20261301T000000Z'].map(parseSdkDate)).toEqual([NaN, NaN, NaN, NaN]);
    expect(parseAuthorization('V11-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c')).toBeNull();
    expect(parseAuthorization('Bearer tmk_1')).toBeNull();
  });
});
