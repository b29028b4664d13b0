/** The first administrator, made with the one-time link that the first start printed. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import { callerOfUser } from '../auth/authenticate.ts';
import type { Call } from '../auth/caller.ts';
import { hashPassword } from '../auth/password.ts';
import { createSession } from '../auth/session.ts';
import { hashToken } from '../auth/token.ts';
import type { setUpSchema } from '../contract/account.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';
import type { SignedIn } from './sign-in.ts';
import { userView } from './users.ts';

export async function getSetup(context: ConsoleContext) {
  return { needsSetup: (await context.database.user.count()) === 0, version: context.version };
}

export async function setUp(context: ConsoleContext, call: Call, input: z.output<typeof setUpSchema>): Promise<SignedIn> {
  const { database } = context;
  const object = { type: 'user', id: '', name: input.email } as const;
  return audited(database, call, 'setUp', object, async (note) => {
    const nowMs = context.clock.nowMs();
    if ((await database.user.count()) > 0) throw new Refusal('setup-done', say('said.no.setupDone'));
    const passwordHash = await hashPassword(input.password);
    const { user, session } = await database.$transaction(async (tx) => {
      // The link and the count are taken in one statement each inside the transaction, so that two requests make one administrator.
      const used = await tx.setupToken.updateMany({
        where: { tokenHash: hashToken(input.token), usedAt: null, expiresAt: { gt: new Date(nowMs) } },
        data: { usedAt: new Date(nowMs) },
      });
      if (used.count !== 1) {
        throw new Refusal('link-expired', say('said.no.setupLink'));
      }
      const made = await tx.user.create({
        data: {
          email: input.email,
          name: input.name,
          passwordHash,
          role: 'admin',
          language: input.language,
          timeZone: input.timeZone,
          lastSignInAt: new Date(nowMs),
        },
      });
      const first = await createSession(tx, made.id, call, nowMs);
      note.object = { ...object, id: made.id };
      await note.recordIn(tx);
      return { user: made, session: first };
    });
    const caller = await callerOfUser(database, user);
    return {
      token: session.token,
      session: {
        user: userView(user),
        project: await database.project.findUniqueOrThrow({ where: { id: caller.projectId }, select: { id: true, name: true } }),
        expiresAt: session.expiresAt,
        version: context.version,
      },
    };
  });
}
