/** Hashes, Base64, hexadecimal and URLs. */
import { createHash } from 'node:crypto';
import type { SqlType } from '../types/sql-type.ts';
import { toUtf8 } from '../types/text-bytes.ts';
import { isInteger } from '../types/type-families.ts';
import type { Value } from '../types/value.ts';
import type { ScalarFunction } from './contract.ts';
import { BYTES, define, type Family, int, STRING, text, textOrBinary } from './define.ts';

const bytesOf = (value: Value): Uint8Array => (typeof value === 'string' ? new TextEncoder().encode(toUtf8(value)) : (value as Uint8Array));

function hash(name: string, algorithm: string): ScalarFunction {
  return define({
    name,
    signature: `${name}(text)`,
    parameters: [textOrBinary],
    result: STRING,
    evaluate: ([value]) => createHash(algorithm).update(bytesOf(value)).digest('hex'),
  });
}

const SHA2_LENGTHS = [224, 256, 384, 512];
const hexable: Family = (type) => (isInteger(type) ? { kind: 'BIGINT', nullable: type.nullable } : text(type));

/** Flink's parts of a URL: HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE, USERINFO; QUERY with a key gives that parameter as written. */
function parseUrl(url: string, part: string, key: string | undefined): string | null {
  const match = /^([a-zA-Z][\w+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url);
  if (match === null) return null;
  const [, protocol, authority, path, query, ref] = match;
  if (key !== undefined) {
    if (part !== 'QUERY' || query === undefined) return null;
    const pair = query.split('&').find((entry) => entry.startsWith(`${key}=`));
    return pair === undefined ? null : pair.slice(key.length + 1);
  }
  const userEnd = authority?.lastIndexOf('@') ?? -1;
  switch (part) {
    case 'HOST':
      return authority === undefined ? null : authority.slice(userEnd + 1).replace(/:\d*$/, '');
    case 'PATH':
      return path;
    case 'QUERY':
      return query ?? null;
    case 'REF':
      return ref ?? null;
    case 'PROTOCOL':
      return protocol;
    case 'AUTHORITY':
      return authority ?? null;
    case 'FILE':
      return query === undefined ? path : `${path}?${query}`;
    case 'USERINFO':
      return userEnd < 0 ? null : (authority as string).slice(0, userEnd);
    default:
      return null;
  }
}

/** application/x-www-form-urlencoded, as Java's URLEncoder. */
function urlEncode(value: string): string {
  return encodeURIComponent(toUtf8(value))
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlDecode(value: string): string | null {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function unhex(value: string): Uint8Array | null {
  const digits = value.length % 2 === 0 ? value : `0${value}`;
  return /^[0-9a-fA-F]*$/.test(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : null;
}

const oneText = (name: string, result: SqlType, mayBeNull: boolean, evaluate: (value: string) => Value): ScalarFunction =>
  define({ name, signature: `${name}(text)`, parameters: [text], result, mayBeNull, evaluate: ([value]) => evaluate(value as string) });

export const ENCODING_FUNCTIONS: readonly ScalarFunction[] = [
  hash('MD5', 'md5'),
  hash('SHA1', 'sha1'),
  hash('SHA224', 'sha224'),
  hash('SHA256', 'sha256'),
  hash('SHA384', 'sha384'),
  hash('SHA512', 'sha512'),
  define({
    name: 'SHA2',
    signature: 'SHA2(text, 224 | 256 | 384 | 512)',
    parameters: [textOrBinary, int],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, length]) =>
      SHA2_LENGTHS.includes(length as number)
        ? createHash(`sha${length as number}`)
            .update(bytesOf(value))
            .digest('hex')
        : null,
  }),
  define({
    name: 'TO_BASE64',
    signature: 'TO_BASE64(text)',
    parameters: [textOrBinary],
    result: STRING,
    evaluate: ([value]) => Buffer.from(bytesOf(value)).toString('base64'),
  }),
  oneText('FROM_BASE64', STRING, false, (value) => new TextDecoder().decode(Buffer.from(value, 'base64'))),
  define({
    name: 'HEX',
    signature: 'HEX(integer or text)',
    parameters: [hexable],
    result: STRING,
    evaluate: ([value]) =>
      typeof value === 'bigint'
        ? BigInt.asUintN(64, value).toString(16).toUpperCase()
        : Buffer.from(toUtf8(value as string))
            .toString('hex')
            .toUpperCase(),
  }),
  oneText('UNHEX', BYTES, true, unhex),
  oneText('URL_ENCODE', STRING, true, urlEncode),
  oneText('URL_DECODE', STRING, true, urlDecode),
  define({
    name: 'PARSE_URL',
    signature: 'PARSE_URL(url, part[, key])',
    parameters: [text, text, text],
    optional: 1,
    result: STRING,
    mayBeNull: true,
    evaluate: ([url, part, key]) => parseUrl(url as string, part as string, key as string | undefined),
  }),
];
