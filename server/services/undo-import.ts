/**
 * Undo of an import, as long as no run began from it. A snapshot that the job had made itself goes back to its place in time; one that was made
 * elsewhere leaves the job's list (its files are not ours and stay).
 */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobStatus } from '../contract/job.ts';
import { say } from '../contract/said.ts';
import { lockJob } from '../db/lock-job.ts';
import type { Prisma } from '../db/open-database.ts';
import { SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import { toldColumns } from '../db/told-columns.ts';
import { appendEvent } from '../events/append-event.ts';
import { pointToNewest } from '../supervisor/snapshot-record.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { tellJobChanged } from './job-writes.ts';
import { readSettings } from './settings.ts';

export async function undoImport(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly path: string },
): Promise<{ ok: true }> {
  const job = await requireJob(context.database, call.caller, input.jobId, 'update');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(context.database, call, 'undoImport', object, async (note) => {
    note.before = { path: input.path };
    const { found } = await context.previews.previewImport(job.id, input.path);
    const { undoDays } = await readSettings(context.database);
    const now = new Date(context.clock.nowMs());
    await context.database.$transaction(async (tx) => {
      await lockJob(tx, context.provider, job.id);
      const row = await tx.snapshot.findUnique({ where: { jobId_path: { jobId: job.id, path: input.path } } });
      if (row?.origin !== 'imported' || row.deletedAt !== null) throw new Refusal('not-found', say('said.no.importUndo'));
      const { status } = await tx.job.findUniqueOrThrow({ where: { id: job.id } });
      const used = await tx.run.count({ where: { jobId: job.id, startedAt: { gte: row.createdAt } } });
      if (!isAtRest(status as JobStatus) || used > 0) {
        throw new Refusal('in-use', say('said.no.importStarted'));
      }
      const isOwn = row.runNumber !== null;
      if (isOwn && found === null) throw new Refusal('store-unreachable', say('said.no.importUnreadable'));
      await tx.snapshot.update({
        where: { id: row.id },
        data: isOwn
          ? { origin: row.kind === 'checkpoint' ? 'checkpoint' : 'manual', createdAt: new Date(found?.createdMs ?? 0) }
          : { deletedAt: now },
      });
      await settle(tx, job.id, now, call.caller.name, { id: row.id, name: row.name, path: row.path });
      const after = await tx.snapshot.findUniqueOrThrow({ where: { id: row.id }, include: SNAPSHOT_INCLUDE });
      await appendEvent(tx, { type: 'snapshot-changed', jobId: job.id, snapshot: snapshotView(after, undoDays) }, now.getTime());
      await note.recordIn(tx);
    });
    context.events.nudge();
    return { ok: true } as const;
  });
}

/** The job's pointers, its memory of having had state, and the ledger. */
async function settle(
  tx: Prisma.TransactionClient,
  jobId: number,
  now: Date,
  who: string,
  snapshot: { readonly id: string; readonly name: string; readonly path: string },
): Promise<void> {
  await pointToNewest(tx, jobId);
  const left = await tx.snapshot.count({ where: { jobId, deletedAt: null, purgedAt: null } });
  const runs = await tx.run.count({ where: { jobId } });
  if (left + runs === 0) await tx.job.update({ where: { id: jobId }, data: { hadState: false } });
  const none = JSON.stringify({ value: 0, confidence: 'exact', basis: null });
  const entry = await tx.ledgerEntry.create({
    data: {
      jobId,
      at: now,
      kind: 'import',
      who,
      ...toldColumns(say('said.run.importUndone', { path: snapshot.path })),
      snapshotId: snapshot.id,
      snapshotName: snapshot.name,
      lostJson: none,
      readAgainJson: none,
      doubledJson: none,
      verdict: 'ok',
    },
  });
  await tellJobChanged(tx, jobId, now.getTime());
  await appendEvent(tx, { type: 'ledger-added', jobId, entryId: entry.id }, now.getTime());
}
