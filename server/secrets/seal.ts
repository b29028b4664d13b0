/**
 * Secrets at rest: AES-256-GCM under the master key, with a fresh 96-bit nonce. `context` (what the secret is and whose) is
 * authenticated, so that a sealed value cannot be moved to another row. Form: `v1.<key id>.<nonce>.<text>.<tag>`, base64url.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

export interface MasterKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== 32) throw new Error('a master key has 32 bytes');
  return { id: createHash('sha256').update('tidemark-key-id').update(bytes).digest('hex').slice(0, 8), bytes };
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

export function seal(key: MasterKey, context: string, secret: Secret): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
  return ['v1', key.id, ...[nonce, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

/** Throws SealError when the key is another one or the value was changed or moved. */
export function unseal(key: MasterKey, context: string, sealed: string): Secret {
  const [version, keyId, nonce, text, tag] = sealed.split('.');
  if (version !== 'v1' || !keyId || !nonce || text === undefined || !tag) throw new SealError('A stored secret has an unknown form.');
  if (keyId !== key.id) {
    throw new SealError(
      `A stored secret was sealed with another master key (${keyId}; this is ${key.id}). Set TIDEMARK_MASTER_KEY to that one.`,
    );
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return new Secret(Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8'));
  } catch (error) {
    throw new SealError('A stored secret was changed or moved to another record; it cannot be read.', { cause: error });
  }
}
