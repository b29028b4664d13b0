/** Sealed secrets: only with the key, only in their place, never by accident. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadMasterKey } from './load-master-key.ts';
import { masterKeyOf, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';

const key = masterKeyOf(new Uint8Array(32).fill(1));

describe('secrets', () => {
  it('come back only with the same key, for the same record, unchanged', () => {
    const sealed = seal(key, 'access-key:A', new Secret('canary'));
    expect(sealed).not.toContain('canary');
    expect(unseal(key, 'access-key:A', sealed).reveal()).toBe('canary');
    expect(() => unseal(key, 'access-key:B', sealed)).toThrow('moved');
    expect(() => unseal(masterKeyOf(new Uint8Array(32).fill(2)), 'access-key:A', sealed)).toThrow('another master key');
    const parts = sealed.split('.');
    const text = Buffer.from(parts[3] ?? '', 'base64url');
    text[0] = (text[0] ?? 0) ^ 1;
    parts[3] = text.toString('base64url');
    expect(() => unseal(key, 'access-key:A', parts.join('.'))).toThrow('changed');
    expect(seal(key, 'c', new Secret('same'))).not.toBe(seal(key, 'c', new Secret('same')));
  });

  it('do not show when printed, logged or serialised', () => {
    const secret = new Secret('canary');
    expect(
      [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ secret }), inspect(new Error('x', { cause: secret }))].join(),
    ).not.toContain('canary');
  });

  it('have a key file that only its owner reads, made once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-key-'));
    const first = loadMasterKey(folder, null);
    expect(loadMasterKey(folder, null)).toEqual(first);
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, 'master.key'), 'short');
    expect(() => loadMasterKey(folder, null)).toThrow('does not hold a master key');
    rmSync(folder, { recursive: true });
  });
});
