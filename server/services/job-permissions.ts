/** Per-job rights of users: list, grant, revoke. Owner and administrators hold all and cannot lose any. */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, rightsOn } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { JOB_RIGHTS, type JobRight } from '../contract/job.ts';
import { say } from '../contract/said.ts';
import { USER_REF } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';

export async function listJobPermissions(context: ConsoleContext, call: UserCall, jobId: number) {
  const job = await requireJob(context.database, call.caller, jobId, 'show-privileges');
  const [owner, admins, rows] = await Promise.all([
    context.database.user.findUniqueOrThrow({ where: { id: job.ownerId }, ...USER_REF }),
    context.database.user.findMany({ where: { role: 'admin', isDisabled: false, NOT: { id: job.ownerId } }, ...USER_REF, take: 200 }),
    context.database.jobPermission.findMany({
      where: { jobId },
      include: { user: { select: { id: true, name: true, email: true, role: true } } },
      take: 500,
    }),
  ]);
  const fixed = [owner, ...admins].map((user) => ({ user, rights: [...JOB_RIGHTS], isFixed: true }));
  const granted = rows
    .filter((row) => row.user.role !== 'admin' && row.userId !== job.ownerId)
    .map(({ user, rightsJson }) => ({
      user: { id: user.id, name: user.name, email: user.email },
      rights: JSON.parse(rightsJson) as JobRight[],
      isFixed: false,
    }));
  return { permissions: [...fixed, ...granted] };
}

export async function setJobPermission(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly userId: string; readonly rights: readonly JobRight[] },
) {
  const { database } = context;
  const job = await requireJob(database, call.caller, input.jobId, input.rights.length === 0 ? 'revoke' : 'grant');
  await audited(database, call, 'setStreamJobPermission', { type: 'job', id: String(job.id), name: job.name }, async (note) => {
    const user = await database.user.findUnique({ where: { id: input.userId } });
    if (!user) throw new Refusal('not-found', say('said.no.user'));
    if (user.role === 'admin' || user.id === job.ownerId) throw new Refusal('not-allowed', say('said.no.fixedRights', { name: user.name }));
    const own = await rightsOn(database, call.caller, job);
    const beyond = input.rights.filter((right) => !own.includes(right));
    if (beyond.length > 0) throw new Refusal('not-allowed', say('said.no.beyondRights', { rights: beyond.join(', ') }));
    note.after = { user: user.email, rights: input.rights };
    const key = { jobId: job.id, userId: user.id };
    // Every right needs the right to see the job.
    const rights = input.rights.length === 0 ? [] : JOB_RIGHTS.filter((right) => right === 'view' || input.rights.includes(right));
    await database.$transaction(async (tx) => {
      const held = await tx.jobPermission.findUnique({ where: { jobId_userId: key } });
      note.before = { user: user.email, rights: held ? (JSON.parse(held.rightsJson) as JobRight[]) : [] };
      if (rights.length === 0) await tx.jobPermission.deleteMany({ where: key });
      else {
        const data = { rightsJson: JSON.stringify(rights), canView: true };
        await tx.jobPermission.upsert({ where: { jobId_userId: key }, create: { ...key, ...data }, update: data });
      }
      await note.recordIn(tx);
    });
  });
  return listJobPermissions(context, call, job.id);
}
