/**
 * Preview of a query for the editor: live or sample data in, rows out, nothing written. It runs as a job of the caller would (same address
 * policy, same connections), in a process of its own with a budget; a user has two at a time, the server eight.
 */

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { namedIn, readConnections } from '../connections/read-connections.ts';
import { Refusal } from '../contract/errors.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import { PREVIEW_MEMORY_MEGABYTES, type PreviewEvent, type previewSqlSchema } from '../contract/preview.ts';
import { recognise } from '../contract/recognise.ts';
import { messageOf, say } from '../contract/said.ts';
import type { PreviewReport } from '../engine/preview/preview-wire.ts';
import { fillInJob } from '../variables/fill-in.ts';
import { readVariables } from '../variables/read-variables.ts';
import type { ConsoleContext } from './context.ts';
import { readOptions } from './job-view.ts';
import { mergeOptions } from './job-writes.ts';
import { readSettings } from './settings.ts';

const MOST_OF_USER = 2;
const MOST = 8;

interface OpenPreview {
  readonly userId: string;
  stop(): void;
}

/** Of this process, by id. */
const open = new Map<string, OpenPreview>();

type Input = z.output<typeof previewSqlSchema>;

/** `emit`: `started` first unless it never did, `end` last. Returns the id and how to stop it. */
export async function previewSql(
  context: ConsoleContext,
  call: UserCall,
  input: Input,
  emit: (event: PreviewEvent) => void,
): Promise<{ readonly id: string; stop(): void }> {
  const object = { type: 'job', id: input.jobId === undefined ? '' : String(input.jobId), name: 'preview' } as const;
  return audited(context.database, call, 'previewSql', object, async (note) => {
    const { userId } = call.caller;
    const { sql, options, name } = await scriptOf(context, call, input);
    note.object = { ...object, name };
    const filled = fillInJob(sql, options, await readVariables(context.database, call.caller.projectId));
    if (filled.kind === 'refused') throw new Refusal('invalid-sql', filled.message);
    note.after = { statement: input.statement, source: input.source };
    const { allowedAddresses } = await readSettings(context.database);
    const mine = [...open.values()].filter((preview) => preview.userId === userId).length;
    if (mine >= MOST_OF_USER) throw new Refusal('too-many-requests', say('said.no.previewsOwn', { n: mine }));
    if (open.size >= MOST) throw new Refusal('too-many-requests', say('said.no.previewsAll', { n: open.size }));
    const id = randomUUID();
    const { environment } = context;
    const spec = {
      sql: filled.sql,
      settings: settingsOfOptions(filled.options),
      statement: input.statement,
      source: input.source,
      samples: input.samples,
      rowsMax: input.rows,
      timeMs: input.seconds * 1000,
      memoryBytes: PREVIEW_MEMORY_MEGABYTES * 1024 * 1024,
      store: environment.objectStore.spec,
      allowPrivateAddresses: environment.allowPrivateAddresses,
      allowedAddresses,
      connections: await readConnections(context.database, context.masterKey, call.caller.projectId, namedIn(filled.sql)),
    };
    // Before it begins: what the log does not know must not run.
    await note.recordIn(context.database);
    const running = context.runPreview(spec, (report) => {
      if (report.type === 'end') open.delete(id);
      emit(eventOf(id, report));
    });
    open.set(id, { userId, stop: () => running.stop() });
    return { id, stop: () => running.stop() };
  });
}

async function scriptOf(context: ConsoleContext, call: UserCall, input: Input) {
  if (input.jobId === undefined) return { sql: input.sql ?? '', options: mergeOptions(null, input.options), name: 'preview' };
  const access = await requireJob(context.database, call.caller, input.jobId);
  const job = await context.database.job.findUniqueOrThrow({ where: { id: access.id } });
  if (job.type !== 'flink_opensource_sql_job') throw new Refusal('invalid-request', say('said.no.jarPreview'));
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  return { sql: input.sql ?? version.sql, options: mergeOptions(readOptions(version.optionsJson), input.options), name: job.name };
}

/** A preview of another user does not exist for the caller. */
export async function stopPreview(_context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const preview = open.get(id);
  if (!preview || preview.userId !== call.caller.userId) throw new Refusal('not-found', say('said.no.preview'));
  preview.stop();
  return { ok: true };
}

function eventOf(id: string, report: PreviewReport): PreviewEvent {
  const at = Math.round(report.atMs);
  switch (report.type) {
    case 'started':
      return { type: 'started', id, at, sink: report.sink, columns: [...report.columns], warnings: [...report.warnings] };
    case 'rows': {
      const { rows, total, recordsIn, watermarkMs } = report;
      const told = rows.map((row) => ({ kind: row.kind as '+I', values: [...row.values] }));
      return { type: 'rows', at, rows: told, watermarkAt: watermarkMs, total, recordsIn };
    }
    case 'progress':
      return { type: 'progress', at, watermarkAt: report.watermarkMs, total: report.total, recordsIn: report.recordsIn };
    case 'end':
      return {
        type: 'end',
        at,
        reason: report.reason,
        ...messageOf(recognise(report.message)),
        total: report.total,
        recordsIn: report.recordsIn,
      };
  }
}
