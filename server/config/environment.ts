/**
 * The environment of the server: read once, checked, and given on as one value. A bad variable is told with its name, what it holds
 * (secrets masked) and what is allowed; the caller prints that and exits with 2 before anything listens.
 */
import { isIP } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { emailSchema, passwordSchema } from '../contract/account.ts';
import type { StoreSpec } from '../engine/runtime/wire.ts';

export interface Environment {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** null = embedded SQLite file. */
  readonly databaseUrl: string | null;
  readonly objectStore: ObjectStoreEnvironment;
  readonly bootstrap: { readonly email: string; readonly password: string } | null;
  readonly bootstrapAccessKey: { readonly accessKey: string; readonly secretKey: string } | null;
  readonly bootstrapProjectId: string | null;
  /** 64 hex digits; null = the file in the data directory. */
  readonly masterKey: string | null;
  readonly allowPrivateAddresses: boolean;
  /** Addresses and networks of proxies whose X-Forwarded-* headers count, as written; '' = none. */
  readonly trustedProxies: string;
}

export interface ObjectStoreEnvironment {
  readonly spec: StoreSpec;
  readonly defaultBucket: string;
  /** Folder in the default bucket under which jobs/ lies; '' or ends in '/'. */
  readonly prefix: string;
}

export type EnvironmentOutcome =
  | { readonly ok: true; readonly value: Environment }
  | { readonly ok: false; readonly problems: readonly string[] };

type Variables = Readonly<Record<string, string | undefined>>;

const SECRET_VARIABLES = new Set([
  'TIDEMARK_S3_SECRET_KEY',
  'TIDEMARK_BOOTSTRAP_PASSWORD',
  'TIDEMARK_BOOTSTRAP_SECRET_KEY',
  'TIDEMARK_MASTER_KEY',
]);

/** What a message may show of a value: nothing of a secret, no password of a URL. */
export function maskedValue(name: string, value: string): string {
  if (SECRET_VARIABLES.has(name)) return `*** (${value.length} characters)`;
  return value.replace(/(\/\/[^:@/\s]*:)[^@\s]*@/, '$1***@').slice(0, 200);
}

class Reader {
  readonly problems: string[] = [];
  readonly #variables: Variables;
  constructor(variables: Variables) {
    this.#variables = variables;
  }
  get(name: string): string | null {
    const value = this.#variables[name];
    return value === undefined || value.trim() === '' ? null : value.trim();
  }
  complain(name: string, allowed: string): void {
    this.problems.push(`${name} holds ${maskedValue(name, this.get(name) ?? '')}. Allowed: ${allowed}.`);
  }
  /** The value if `test` takes it, else a problem and the fallback. */
  checked<T>(name: string, fallback: T, allowed: string, test: (value: string) => T | undefined): T {
    const value = this.get(name);
    if (value === null) return fallback;
    const taken = test(value);
    if (taken !== undefined) return taken;
    this.complain(name, allowed);
    return fallback;
  }
  flag(name: string, fallback: boolean): boolean {
    return this.checked(name, fallback, '0 or 1', (value) => (value === '1' ? true : value === '0' ? false : undefined));
  }
  /** Both or neither. */
  pair(first: string, second: string): readonly [string, string] | null {
    const values = [this.get(first), this.get(second)] as const;
    if (values[0] !== null && values[1] !== null) return [values[0], values[1]];
    if (values[0] !== null) this.problems.push(`${first} is set but ${second} is not. Allowed: both or neither.`);
    if (values[1] !== null) this.problems.push(`${second} is set but ${first} is not. Allowed: both or neither.`);
    return null;
  }
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

const hostText = (value: string) => (isIP(value) !== 0 || z.hostname().safeParse(value).success ? value : undefined);
const networkList = (text: string) => {
  const isNetwork = (entry: string): boolean => {
    const [address = '', bits = '0'] = entry.trim().split('/');
    const family = isIP(address);
    return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  };
  return text.split(',').every(isNetwork) ? text : undefined;
};
const portNumber = (value: string) =>
  /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535 ? Number(value) : undefined;

function readObjectStore(reader: Reader, dataDir: string): ObjectStoreEnvironment {
  const address = reader.get('TIDEMARK_OBJECT_STORE');
  if (address === null) return { spec: { kind: 'local', root: join(dataDir, 'objects') }, defaultBucket: 'tidemark', prefix: '' };
  const match = /^(?:obs|s3):\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[^\s?#]*)?$/.exec(address);
  if (!match) reader.complain('TIDEMARK_OBJECT_STORE', 'obs://<bucket>[/<prefix>] or s3://<bucket>[/<prefix>]');
  const keys = reader.pair('TIDEMARK_S3_ACCESS_KEY', 'TIDEMARK_S3_SECRET_KEY');
  if (keys === null && reader.get('TIDEMARK_S3_ACCESS_KEY') === null && reader.get('TIDEMARK_S3_SECRET_KEY') === null) {
    reader.problems.push('TIDEMARK_OBJECT_STORE is set but TIDEMARK_S3_ACCESS_KEY and TIDEMARK_S3_SECRET_KEY are not. Allowed: all three.');
  }
  const prefix = (match?.[2] ?? '').replace(/^\/+|\/+$/g, '');
  return {
    spec: {
      kind: 's3',
      endpoint: reader.checked('TIDEMARK_S3_ENDPOINT', null, 'a URL that begins with https:// or http://', (value) =>
        z.url({ protocol: /^https?$/ }).safeParse(value).success ? value : undefined,
      ),
      region: reader.checked('TIDEMARK_S3_REGION', 'us-east-1', 'letters, digits and -', (value) =>
        /^[A-Za-z0-9-]{1,64}$/.test(value) ? value : undefined,
      ),
      accessKey: keys?.[0] ?? '',
      secretKey: keys?.[1] ?? '',
      forcePathStyle: reader.flag('TIDEMARK_S3_FORCE_PATH_STYLE', false),
    },
    defaultBucket: match?.[1] ?? 'tidemark',
    prefix: prefix === '' ? '' : `${prefix}/`,
  };
}

function readBootstrap(reader: Reader): Environment['bootstrap'] {
  const pair = reader.pair('TIDEMARK_BOOTSTRAP_EMAIL', 'TIDEMARK_BOOTSTRAP_PASSWORD');
  if (pair === null) return null;
  const email = emailSchema.safeParse(pair[0]);
  if (!email.success) reader.complain('TIDEMARK_BOOTSTRAP_EMAIL', 'an e-mail address');
  if (!passwordSchema.safeParse(pair[1]).success) reader.complain('TIDEMARK_BOOTSTRAP_PASSWORD', '12 to 200 characters');
  return { email: email.data ?? pair[0], password: pair[1] };
}

function readAccessKey(reader: Reader): Environment['bootstrapAccessKey'] {
  const pair = reader.pair('TIDEMARK_BOOTSTRAP_ACCESS_KEY', 'TIDEMARK_BOOTSTRAP_SECRET_KEY');
  if (pair === null) return null;
  if (!/^[A-Za-z0-9]{8,64}$/.test(pair[0])) reader.complain('TIDEMARK_BOOTSTRAP_ACCESS_KEY', '8 to 64 letters and digits');
  if (!/^[\x21-\x7e]{16,128}$/.test(pair[1])) reader.complain('TIDEMARK_BOOTSTRAP_SECRET_KEY', '16 to 128 visible ASCII characters');
  return { accessKey: pair[0], secretKey: pair[1] };
}

/** `root` is the project's folder; a relative TIDEMARK_DATA_DIR is taken from it. */
export function parseEnvironment(variables: Variables, root: string): EnvironmentOutcome {
  const reader = new Reader(variables);
  const host = reader.checked('HOST', '127.0.0.1', 'an IP address or a host name', hostText);
  const dataDirText = reader.get('TIDEMARK_DATA_DIR') ?? '.tidemark';
  const dataDir = isAbsolute(dataDirText) ? dataDirText : join(/* turbopackIgnore: true */ root, dataDirText);
  const value: Environment = {
    port: reader.checked('PORT', 3000, 'a whole number from 1 to 65535', portNumber),
    host,
    dataDir,
    databaseUrl: reader.checked(
      'DATABASE_URL',
      null,
      'postgresql://<user>:<password>@<host>:<port>/<database>, or unset for the embedded one',
      (text) => (z.url({ protocol: /^postgres(ql)?$/ }).safeParse(text).success ? text : undefined),
    ),
    objectStore: readObjectStore(reader, dataDir),
    bootstrap: readBootstrap(reader),
    bootstrapAccessKey: readAccessKey(reader),
    bootstrapProjectId: reader.checked('TIDEMARK_BOOTSTRAP_PROJECT_ID', null, '32 hex digits', (text) =>
      /^[0-9a-f]{32}$/.test(text) ? text : undefined,
    ),
    masterKey: reader.checked('TIDEMARK_MASTER_KEY', null, '64 hex digits (32 bytes)', (text) =>
      /^[0-9a-fA-F]{64}$/.test(text) ? text : undefined,
    ),
    allowPrivateAddresses: reader.flag('TIDEMARK_ALLOW_PRIVATE_ADDRESSES', isLoopbackHost(host)),
    trustedProxies: reader.checked('TIDEMARK_TRUSTED_PROXIES', '', 'addresses and networks, separated by commas', networkList),
  };
  if (value.bootstrapAccessKey !== null && value.bootstrap === null && reader.problems.length === 0) {
    reader.problems.push(
      'TIDEMARK_BOOTSTRAP_ACCESS_KEY is set but TIDEMARK_BOOTSTRAP_EMAIL is not. Allowed: an access key only together with the administrator it belongs to.',
    );
  }
  return reader.problems.length === 0 ? { ok: true, value } : { ok: false, problems: reader.problems };
}

/** For programs: the environment, or the problems on standard error and exit 2. */
export function readEnvironmentOrExit(root: string): Environment {
  const outcome = parseEnvironment(process.env, root);
  if (outcome.ok) return outcome.value;
  for (const problem of outcome.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
