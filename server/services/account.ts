/** The caller's own account: open sessions, name and language, password, API tokens, access keys. */

import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { accessKeyContext } from '../auth/find-access-key.ts';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import { accountKey, pauseLeft, recordFailure } from '../auth/sign-in-throttle.ts';
import { API_TOKEN_PREFIX, hashToken, newAccessKey, newToken } from '../auth/token.ts';
import type { changeAccountSchema, changePasswordSchema, createApiTokenSchema } from '../contract/account.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import { seal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';
import type { ConsoleContext } from './context.ts';
import { userView } from './users.ts';

const DAY_MS = 86_400_000;
const done = { ok: true } as const;

export async function listSessions(context: ConsoleContext, call: UserCall) {
  const rows = await context.database.session.findMany({
    where: { userId: call.caller.userId, expiresAt: { gt: new Date(context.clock.nowMs()) } },
    orderBy: { lastSeenAt: 'desc' },
    take: 100,
  });
  return {
    sessions: rows.map((row) => ({
      id: row.id,
      createdAt: ms(row.createdAt),
      lastSeenAt: ms(row.lastSeenAt),
      address: row.address,
      userAgent: row.userAgent,
      isCurrent: row.id === call.caller.sessionId,
    })),
  };
}

export async function endSession(context: ConsoleContext, call: UserCall, id: string) {
  return audited(context.database, call, 'endSession', { type: 'session', id, name: call.caller.email }, async (note) => {
    await context.database.$transaction(async (tx) => {
      const gone = await tx.session.deleteMany({ where: { id, userId: call.caller.userId } });
      if (gone.count === 0) throw new Refusal('not-found', say('said.no.session'));
      await note.recordIn(tx);
    });
    return done;
  });
}

export async function changeAccount(context: ConsoleContext, call: UserCall, input: z.output<typeof changeAccountSchema>) {
  const { userId, email } = call.caller;
  return audited(context.database, call, 'changeAccount', { type: 'user', id: userId, name: email }, async (note) => {
    const data = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    return context.database.$transaction(async (tx) => {
      const before = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      const row = await tx.user.update({ where: { id: userId }, data });
      note.before = Object.fromEntries(Object.keys(data).map((key) => [key, before[key as keyof typeof input]]));
      note.after = data;
      await note.recordIn(tx);
      return userView(row);
    });
  });
}

/** Ends all sessions but the one that asks. Guessing the current password counts as failed sign-ins. */
export async function changePassword(context: ConsoleContext, call: UserCall, input: z.output<typeof changePasswordSchema>) {
  const { userId, email, sessionId } = call.caller;
  const { database } = context;
  return audited(database, call, 'changePassword', { type: 'user', id: userId, name: email }, async (note) => {
    const nowMs = context.clock.nowMs();
    if ((await pauseLeft(database, [accountKey(email)], nowMs)) > 0) throw new Refusal('too-many-requests', say('said.no.tries'));
    const user = await database.user.findUniqueOrThrow({ where: { id: userId } });
    if (!(await verifyPassword(input.current, user.passwordHash))) {
      await recordFailure(database, [accountKey(email)], nowMs);
      throw new Refusal('wrong-credentials', say('said.no.password'));
    }
    const passwordHash = await hashPassword(input.next);
    await database.$transaction(async (tx) => {
      await tx.user.update({ where: { id: userId }, data: { passwordHash } });
      await tx.session.deleteMany({ where: { userId, NOT: { id: sessionId ?? '' } } });
      await note.recordIn(tx);
    });
    return done;
  });
}

type TokenRow = { id: string; name: string; prefix: string; createdAt: Date; expiresAt: Date | null; lastUsedAt: Date | null };
const tokenView = (row: TokenRow) => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  createdAt: ms(row.createdAt),
  expiresAt: msOrNull(row.expiresAt),
  lastUsedAt: msOrNull(row.lastUsedAt),
});

export async function listApiTokens(context: ConsoleContext, call: UserCall) {
  const rows = await context.database.apiToken.findMany({
    where: { userId: call.caller.userId },
    orderBy: { createdAt: 'desc' },
    take: 200,
  });
  return { tokens: rows.map(tokenView) };
}

export async function createApiToken(context: ConsoleContext, call: UserCall, input: z.output<typeof createApiTokenSchema>) {
  return audited(context.database, call, 'createApiToken', { type: 'api-token', id: '', name: input.name }, async (note) => {
    const token = newToken(API_TOKEN_PREFIX);
    const nowMs = context.clock.nowMs();
    const row = await context.database.$transaction(async (tx) => {
      const made = await tx.apiToken.create({
        data: {
          userId: call.caller.userId,
          name: input.name,
          tokenHash: hashToken(token),
          prefix: token.slice(0, 10),
          createdAt: new Date(nowMs),
          expiresAt: input.expiresInDays === null ? null : new Date(nowMs + input.expiresInDays * DAY_MS),
        },
      });
      note.object = { type: 'api-token', id: made.id, name: made.name };
      await note.recordIn(tx);
      return made;
    });
    return { token, apiToken: tokenView(row) };
  });
}

export async function deleteApiToken(context: ConsoleContext, call: UserCall, id: string) {
  return audited(context.database, call, 'deleteApiToken', { type: 'api-token', id, name: '' }, async (note) => {
    await context.database.$transaction(async (tx) => {
      const gone = await tx.apiToken.deleteMany({ where: { id, userId: call.caller.userId } });
      if (gone.count === 0) throw new Refusal('not-found', say('said.no.token'));
      await note.recordIn(tx);
    });
    return done;
  });
}

type KeyRow = { id: string; accessKey: string; createdAt: Date; lastUsedAt: Date | null; isDisabled: boolean };
const keyView = (row: KeyRow) => ({
  id: row.id,
  accessKey: row.accessKey,
  createdAt: ms(row.createdAt),
  lastUsedAt: msOrNull(row.lastUsedAt),
  isDisabled: row.isDisabled,
});

export async function listAccessKeys(context: ConsoleContext, call: UserCall) {
  const rows = await context.database.accessKey.findMany({
    where: { userId: call.caller.userId },
    orderBy: { createdAt: 'desc' },
    take: 200,
  });
  return { accessKeys: rows.map(keyView) };
}

export async function createAccessKey(context: ConsoleContext, call: UserCall) {
  return audited(context.database, call, 'createAccessKey', { type: 'access-key', id: '', name: '' }, async (note) => {
    const accessKey = newAccessKey();
    const secretKey = randomBytes(30).toString('base64url');
    const row = await context.database.$transaction(async (tx) => {
      const made = await tx.accessKey.create({
        data: {
          accessKey,
          secretSealed: seal(context.masterKey, accessKeyContext(accessKey), new Secret(secretKey)),
          userId: call.caller.userId,
          projectId: call.caller.projectId,
        },
      });
      note.object = { type: 'access-key', id: made.id, name: accessKey };
      await note.recordIn(tx);
      return made;
    });
    return { accessKey: keyView(row), secretKey };
  });
}

export async function deleteAccessKey(context: ConsoleContext, call: UserCall, id: string) {
  return audited(context.database, call, 'deleteAccessKey', { type: 'access-key', id, name: '' }, async (note) => {
    await context.database.$transaction(async (tx) => {
      const gone = await tx.accessKey.deleteMany({ where: { id, userId: call.caller.userId } });
      if (gone.count === 0) throw new Refusal('not-found', say('said.no.accessKey'));
      await note.recordIn(tx);
    });
    return done;
  });
}
