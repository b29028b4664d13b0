/** Opaque tokens of 256 bits. Only their SHA-256 is stored: whoever reads the database cannot sign in with it. */
import { createHash, randomBytes } from 'node:crypto';

export const API_TOKEN_PREFIX = 'tmk_';

export function newToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** DLI's form: 20 capital letters and digits. */
export function newAccessKey(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return Array.from(randomBytes(20), (byte) => alphabet[byte & 31]).join('');
}
