/** Sign in and out; who is signed in. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import { callerOfUser } from '../auth/authenticate.ts';
import type { Call, UserCall } from '../auth/caller.ts';
import { spendPasswordTime, verifyPassword } from '../auth/password.ts';
import { createSession } from '../auth/session.ts';
import { accountKey, addressKey, clearFailures, pauseLeft, recordFailure } from '../auth/sign-in-throttle.ts';
import type { Session, signInSchema } from '../contract/account.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';
import { userView } from './users.ts';

export interface SignedIn {
  /** For the cookie; stored as a hash only. */
  readonly token: string;
  readonly session: Session;
}

export async function signIn(context: ConsoleContext, call: Call, input: z.output<typeof signInSchema>): Promise<SignedIn> {
  const { database } = context;
  const object = { type: 'session', id: '', name: input.email } as const;
  return audited(database, call, 'signIn', object, async (note) => {
    const nowMs = context.clock.nowMs();
    const keys = [accountKey(input.email), addressKey(call.address)];
    const pause = await pauseLeft(database, keys, nowMs);
    if (pause > 0) {
      throw new Refusal('too-many-requests', say('said.no.signInPause', { minutes: Math.ceil(pause / 60_000) }), { retryAfterMs: pause });
    }
    const user = await database.user.findUnique({ where: { email: input.email } });
    const isRight = user ? await verifyPassword(input.password, user.passwordHash) : false;
    if (!user) await spendPasswordTime(input.password);
    if (!user || !isRight || user.isDisabled) {
      const left = await recordFailure(database, keys, nowMs);
      const rest = left === 0 ? say('said.no.signInPauses') : say('said.no.signInLeft', { n: left });
      throw new Refusal('wrong-credentials', [say('said.no.signInWrong'), rest]);
    }
    const made = await database.$transaction(async (tx) => {
      await clearFailures(tx, accountKey(input.email));
      await tx.user.update({ where: { id: user.id }, data: { lastSignInAt: new Date(nowMs) } });
      const session = await createSession(tx, user.id, call, nowMs);
      note.object = { ...object, id: session.id };
      await note.recordIn(tx);
      return session;
    });
    const caller = await callerOfUser(database, user);
    return {
      token: made.token,
      session: {
        user: userView({ ...user, lastSignInAt: new Date(nowMs) }),
        project: await database.project.findUniqueOrThrow({ where: { id: caller.projectId }, select: { id: true, name: true } }),
        expiresAt: made.expiresAt,
        version: context.version,
      },
    };
  });
}

export async function getSession(context: ConsoleContext, call: UserCall): Promise<Session> {
  const user = await context.database.user.findUniqueOrThrow({ where: { id: call.caller.userId } });
  return {
    user: userView(user),
    project: await context.database.project.findUniqueOrThrow({ where: { id: call.caller.projectId }, select: { id: true, name: true } }),
    expiresAt: call.caller.sessionExpiresAt,
    version: context.version,
  };
}

export async function signOut(context: ConsoleContext, call: UserCall): Promise<{ ok: true }> {
  const { sessionId, email } = call.caller;
  if (sessionId === null) throw new Refusal('invalid-request', say('said.no.signOutToken'));
  return audited(context.database, call, 'signOut', { type: 'session', id: sessionId, name: email }, async (note) => {
    await context.database.$transaction(async (tx) => {
      await tx.session.deleteMany({ where: { id: sessionId } });
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}
