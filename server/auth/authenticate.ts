/**
 * From the headers of a request to its caller: `Authorization: Bearer <API token>` first, else the session cookie. The cookie is named
 * `__Host-tidemark` on https and `tidemark` on plain http (loopback), where the browser would refuse the prefix.
 */
import type { Database } from '../db/open-database.ts';
import type { Caller } from './caller.ts';
import { findSession } from './session.ts';
import { API_TOKEN_PREFIX, hashToken } from './token.ts';

const SECURE_COOKIE = '__Host-tidemark';
const PLAIN_COOKIE = 'tidemark';
const TOUCH_MS = 60_000;

export function isSecureRequest(headers: Headers, url: string): boolean {
  return (headers.get('x-forwarded-proto') ?? '').split(',')[0]?.trim() === 'https' || url.startsWith('https:');
}

function cookieValue(headers: Headers, name: string): string | null {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}

export function sessionCookie(token: string, isSecure: boolean, maxAgeSeconds: number): string {
  const name = isSecure ? SECURE_COOKIE : PLAIN_COOKIE;
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`;
}

export function sessionTokenOf(headers: Headers, isSecure: boolean): string | null {
  return cookieValue(headers, isSecure ? SECURE_COOKIE : PLAIN_COOKIE);
}

/** The project that jobs are in. It is made by `prepareConsole` before anything is served. */
export async function defaultProjectId(database: Database): Promise<string> {
  const project = await database.project.findFirst({ orderBy: { createdAt: 'asc' }, select: { id: true } });
  if (!project) throw new Error('the database has no project; prepareConsole must run first');
  return project.id;
}

export async function authenticate(database: Database, headers: Headers, url: string, nowMs: number): Promise<Caller | null> {
  const authorization = headers.get('authorization');
  if (authorization !== null) return callerOfToken(database, /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '', nowMs);
  const token = sessionTokenOf(headers, isSecureRequest(headers, url));
  if (token === null || token === '') return null;
  const session = await findSession(database, token, nowMs);
  if (!session) return null;
  return { ...(await callerOfUser(database, session.user)), sessionId: session.id, sessionExpiresAt: session.expiresAt };
}

async function callerOfToken(database: Database, token: string, nowMs: number): Promise<Caller | null> {
  if (!token.startsWith(API_TOKEN_PREFIX)) return null;
  const row = await database.apiToken.findUnique({ where: { tokenHash: hashToken(token) }, include: { user: true } });
  if (!row || row.user.isDisabled || (row.expiresAt !== null && row.expiresAt.getTime() <= nowMs)) return null;
  if (row.lastUsedAt === null || nowMs - row.lastUsedAt.getTime() > TOUCH_MS) {
    await database.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date(nowMs) } });
  }
  return callerOfUser(database, row.user);
}

/** Also used by the DLI-compatible API after it has checked a signature. */
export async function callerOfUser(
  database: Database,
  user: { readonly id: string; readonly name: string; readonly email: string; readonly role: string },
): Promise<Caller> {
  return {
    userId: user.id,
    name: user.name,
    email: user.email,
    role: user.role === 'admin' ? 'admin' : 'member',
    projectId: await defaultProjectId(database),
    sessionId: null,
    sessionExpiresAt: null,
  };
}
