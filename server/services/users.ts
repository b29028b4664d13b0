/** Users, by administrators. The last administrator who is not disabled stays one. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { hashPassword } from '../auth/password.ts';
import type { changeUserSchema, createUserSchema, listUsersQuerySchema, User } from '../contract/account.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import { likeText } from '../db/like-text.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly language: string;
  readonly timeZone: string;
  readonly theme: string;
  readonly density: string;
  readonly isDisabled: boolean;
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
}

export function userView(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role === 'admin' ? 'admin' : 'member',
    language: row.language === 'zh' ? 'zh' : 'en',
    timeZone: row.timeZone,
    theme: row.theme === 'light' || row.theme === 'dark' ? row.theme : 'system',
    density: row.density === 'compact' ? 'compact' : 'comfortable',
    isDisabled: row.isDisabled,
    createdAt: ms(row.createdAt),
    lastSignInAt: msOrNull(row.lastSignInAt),
  };
}

export async function listUsers(context: ConsoleContext, _call: UserCall, input: z.output<typeof listUsersQuerySchema>) {
  const q = likeText(input.q);
  const where = q === '' ? {} : { OR: [{ name: { contains: q } }, { email: { contains: q.toLowerCase() } }] };
  const [rows, total] = await Promise.all([
    context.database.user.findMany({ where, orderBy: { email: 'asc' }, skip: (input.page - 1) * input.pageSize, take: input.pageSize }),
    context.database.user.count({ where }),
  ]);
  return { items: rows.map(userView), total, page: input.page, pageSize: input.pageSize };
}

export async function createUser(context: ConsoleContext, call: UserCall, input: z.output<typeof createUserSchema>): Promise<User> {
  const object = { type: 'user', id: '', name: input.email } as const;
  return audited(context.database, call, 'createUser', object, async (note) => {
    if (await context.database.user.findUnique({ where: { email: input.email } })) {
      throw new Refusal('name-taken', say('said.no.userTaken', { email: input.email }));
    }
    const passwordHash = await hashPassword(input.password);
    return context.database.$transaction(async (tx) => {
      const row = await tx.user.create({
        data: { email: input.email, name: input.name, role: input.role, passwordHash, timeZone: 'browser' },
      });
      note.object = { ...object, id: row.id };
      note.after = { name: row.name, role: row.role };
      await note.recordIn(tx);
      return userView(row);
    });
  });
}

export async function changeUser(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly id: string } & z.output<typeof changeUserSchema>,
): Promise<User> {
  const { database } = context;
  const before = await database.user.findUnique({ where: { id: input.id } });
  if (!before) throw new Refusal('not-found', say('said.no.user'));
  return audited(database, call, 'changeUser', { type: 'user', id: before.id, name: before.email }, async (note) => {
    note.before = { name: before.name, role: before.role, isDisabled: before.isDisabled };
    const passwordHash = input.password === undefined ? undefined : await hashPassword(input.password);
    const row = await database.$transaction(async (tx) => {
      const losesAdmin = before.role === 'admin' && !before.isDisabled && (input.role === 'member' || input.isDisabled === true);
      if (losesAdmin && (await tx.user.count({ where: { role: 'admin', isDisabled: false, NOT: { id: before.id } } })) === 0) {
        throw new Refusal('in-use', say('said.no.lastAdmin'));
      }
      const changed = await tx.user.update({
        where: { id: before.id },
        data: {
          ...(input.name === undefined ? {} : { name: input.name }),
          ...(input.role === undefined ? {} : { role: input.role }),
          ...(input.isDisabled === undefined ? {} : { isDisabled: input.isDisabled }),
          ...(passwordHash === undefined ? {} : { passwordHash }),
        },
      });
      // Whoever is disabled or got another password is signed out everywhere.
      if (input.isDisabled === true || passwordHash !== undefined) await tx.session.deleteMany({ where: { userId: before.id } });
      note.after = {
        name: changed.name,
        role: changed.role,
        isDisabled: changed.isDisabled,
        password: passwordHash === undefined ? undefined : 'changed',
      };
      await note.recordIn(tx);
      return changed;
    });
    return userView(row);
  });
}
