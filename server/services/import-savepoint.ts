/** Import a savepoint or checkpoint: the six checks, then the snapshot is registered as the job's newest savepoint, in one transaction. */

import { type AuditScope, audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { BrowseAnswer, ImportPreview } from '../contract/import.ts';
import type { JobStatus } from '../contract/job.ts';
import type { ActResult } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import { lockJob } from '../db/lock-job.ts';
import { SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import { toldColumns } from '../db/told-columns.ts';
import { appendEvent } from '../events/append-event.ts';
import type { FoundSnapshot } from '../snapshots/import-checks.ts';
import type { ConsoleContext } from './context.ts';
import { refusalOfAct } from './job-acts.ts';
import { isRestartPending } from './job-view.ts';
import { tellJobChanged } from './job-writes.ts';
import { readSettings } from './settings.ts';
import { checkedPath } from './stop-jobs.ts';
import { doneWith } from './write-operation.ts';

export async function previewImport(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly path: string },
): Promise<ImportPreview> {
  const job = await requireJob(context.database, call.caller, input.jobId, 'update');
  return (await context.previews.previewImport(job.id, checkedPath(input.path))).preview;
}

export async function browseStore(
  context: ConsoleContext,
  _call: UserCall,
  input: { readonly path: string; readonly token?: string | undefined },
): Promise<BrowseAnswer> {
  return context.previews.browse(input.path === '' ? '' : checkedPath(input.path), input.token ?? null);
}

async function register(context: ConsoleContext, jobId: number, found: FoundSnapshot, who: string, note: AuditScope): Promise<string> {
  const now = new Date(context.clock.nowMs());
  const { undoDays } = await readSettings(context.database);
  return context.database.$transaction(async (tx) => {
    await lockJob(tx, context.provider, jobId);
    const job = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
    const no = refusalOfAct('import-savepoint', job.status as JobStatus, isRestartPending(job));
    if (no !== null) throw new Refusal('wrong-status', no);
    const data = {
      name: found.name,
      kind: found.kind,
      origin: 'imported',
      engine: found.engine,
      checkpointId: found.checkpointId === null ? null : BigInt(found.checkpointId),
      // Its place in the order of the job's snapshots is the time of the import: it is the newest one now.
      createdAt: now,
      durationMs: found.durationMs,
      sizeBytes: BigInt(found.sizeBytes),
      parallelism: found.parallelism,
      keyGroups: found.keyGroups,
      recordsIn: found.recordsIn === null ? null : BigInt(found.recordsIn),
      recordsOut: found.recordsOut === null ? null : BigInt(found.recordsOut),
      positionsJson: JSON.stringify(found.positions),
      positionCount: found.positions.length,
      sqlSha256: found.sqlSha256,
      deletedAt: null,
      purgedAt: null,
    };
    const row = await tx.snapshot.upsert({
      where: { jobId_path: { jobId, path: found.path } },
      create: { jobId, path: found.path, ...data },
      update: data,
      include: SNAPSHOT_INCLUDE,
    });
    await tx.job.update({
      where: { id: jobId },
      data: { newestSnapshotId: row.id, newestSnapshotAt: now, checkpointFailuresSince: 0, savepointPath: found.path, hadState: true },
    });
    const none = JSON.stringify({ value: 0, confidence: 'exact', basis: null });
    const entry = await tx.ledgerEntry.create({
      data: {
        jobId,
        at: now,
        kind: 'import',
        who,
        ...toldColumns(say('said.run.importedFile', { path: found.path })),
        snapshotId: row.id,
        snapshotName: row.name,
        lostJson: none,
        readAgainJson: none,
        doubledJson: none,
        verdict: 'ok',
      },
    });
    await tellJobChanged(tx, jobId, now.getTime());
    const snapshot = { ...snapshotView(row, undoDays), isNewest: true };
    await appendEvent(tx, { type: 'snapshot-added', jobId, snapshot }, now.getTime());
    await appendEvent(tx, { type: 'ledger-added', jobId, entryId: entry.id }, now.getTime());
    await note.recordIn(tx);
    return row.id;
  });
}

export async function importSavepoint(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly path: string; readonly typedName?: string | undefined },
): Promise<{ results: ActResult[] }> {
  const job = await requireJob(context.database, call.caller, input.jobId, 'update');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(context.database, call, 'importSavepoint', object, async (note) => {
    note.after = { path: input.path };
    const path = checkedPath(input.path);
    const { preview, found } = await context.previews.previewImport(job.id, path);
    if (preview.canImport === 'no' || found === null) throw new Refusal('snapshot-not-restorable', preview.said, preview);
    if (preview.canImport === 'with-name' && input.typedName !== job.name) {
      throw new Refusal('acceptance-needed', [...preview.said, say('said.no.importName', { name: job.name })], preview);
    }
    const id = await register(context, job.id, found, call.caller.name, note);
    context.events.nudge();
    return { results: [{ jobId: job.id, ...doneWith(say('said.act.imported', { name: found.name, id })) }] };
  });
}
