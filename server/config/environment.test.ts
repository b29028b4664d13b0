/** The environment: defaults, and messages that name the variable and what is allowed without showing a secret. */
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from './environment.ts';

const problems = (variables: Record<string, string>): readonly string[] => {
  const outcome = parseEnvironment(variables, '/project');
  return outcome.ok ? [] : outcome.problems;
};

describe('environment', () => {
  it('has defaults for everything', () => {
    expect(parseEnvironment({}, '/project')).toEqual({
      ok: true,
      value: {
        port: 3000,
        host: '127.0.0.1',
        dataDir: '/project/.tidemark',
        databaseUrl: null,
        objectStore: { spec: { kind: 'local', root: '/project/.tidemark/objects' }, defaultBucket: 'tidemark', prefix: '' },
        bootstrap: null,
        bootstrapAccessKey: null,
        bootstrapProjectId: null,
        masterKey: null,
        allowPrivateAddresses: true,
        trustedProxies: '',
      },
    });
  });

  it('lets connectors dial private addresses only while it listens on loopback, unless told', () => {
    const allows = (variables: Record<string, string>) => {
      const outcome = parseEnvironment(variables, '/p');
      return outcome.ok && outcome.value.allowPrivateAddresses;
    };
    expect(allows({ HOST: '0.0.0.0' })).toBe(false);
    expect(allows({ HOST: '::1' })).toBe(true);
    expect(allows({ HOST: '0.0.0.0', TIDEMARK_ALLOW_PRIVATE_ADDRESSES: '1' })).toBe(true);
  });

  it('takes a bucket with a prefix', () => {
    const outcome = parseEnvironment(
      { TIDEMARK_OBJECT_STORE: 'obs://prod/tide/mark/', TIDEMARK_S3_ACCESS_KEY: 'ak', TIDEMARK_S3_SECRET_KEY: 'sk' },
      '/p',
    );
    expect(outcome.ok && outcome.value.objectStore).toMatchObject({
      defaultBucket: 'prod',
      prefix: 'tide/mark/',
      spec: { kind: 's3', accessKey: 'ak' },
    });
  });

  it.each([
    ['PORT', '70000', 'a whole number from 1 to 65535'],
    ['PORT', '3000x', 'a whole number from 1 to 65535'],
    ['HOST', 'a b', 'an IP address or a host name'],
    ['DATABASE_URL', 'mysql://h/d', 'postgresql://'],
    ['TIDEMARK_OBJECT_STORE', 'ftp://x', 'obs://<bucket>'],
    ['TIDEMARK_ALLOW_PRIVATE_ADDRESSES', 'yes', '0 or 1'],
    ['TIDEMARK_BOOTSTRAP_PROJECT_ID', 'short', '32 hex digits'],
    ['TIDEMARK_MASTER_KEY', 'canary-key', '64 hex digits'],
  ])('refuses %s=%s', (name, value, allowed) => {
    const [message] = problems({ [name]: value });
    expect(message).toContain(name);
    expect(message).toContain(allowed);
    expect(message?.includes(value)).toBe(name !== 'TIDEMARK_MASTER_KEY');
  });

  it('shows no password', () => {
    const told = problems({
      DATABASE_URL: 'mysql://user:canary-1@host/db',
      TIDEMARK_BOOTSTRAP_EMAIL: 'a@example.org',
      TIDEMARK_BOOTSTRAP_PASSWORD: 'canary-2',
      TIDEMARK_BOOTSTRAP_ACCESS_KEY: 'ACCESSKEY1',
      TIDEMARK_BOOTSTRAP_SECRET_KEY: 'canary-3 ',
    }).join('\n');
    expect(told).toContain('TIDEMARK_BOOTSTRAP_PASSWORD');
    expect(told).toContain('TIDEMARK_BOOTSTRAP_SECRET_KEY');
    expect(told).not.toMatch(/canary/);
  });

  it('wants pairs whole', () => {
    expect(problems({ TIDEMARK_BOOTSTRAP_EMAIL: 'a@example.org' })[0]).toContain('TIDEMARK_BOOTSTRAP_PASSWORD is not');
    expect(problems({ TIDEMARK_OBJECT_STORE: 's3://bucket' })[0]).toContain('TIDEMARK_S3_ACCESS_KEY');
  });
});
