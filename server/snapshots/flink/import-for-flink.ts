/**
 * Import Savepoint of a Flink snapshot: for a job on a Flink queue it is registered when it is whole; for the embedded engine it is described and
 * refused. Flink's metadata names neither job nor SQL, so whose it is follows from where it lies, and whether its operators are found again only
 * the cluster says, at the start.
 */
import { engineOfQueue } from '../../connections/flink-clusters.ts';
import { type JobOptions, jobOptionsSchema } from '../../contract/job-options.ts';
import { settingsOfOptions } from '../../contract/job-settings.ts';
import { inEnglish, say } from '../../contract/said.ts';
import type { Prisma } from '../../db/open-database.ts';
import type { SnapshotFolder } from '../../engine/checkpoint/snapshot-folder.ts';
import type { SnapshotContext } from '../context.ts';
import { ageCheck, type Check, type ImportAnswer, note, notRun, pass, positionsCheck } from '../import-checks.ts';
import type { InspectedSnapshot } from '../inspect-snapshot.ts';
import { foldersOf } from '../job-folders.ts';
import { previewPositions } from '../preview-positions.ts';
import { nameOf } from '../snapshot-place.ts';
import { previewFlinkImport } from './check-flink-import.ts';
import { positionsFor } from './flink-fates.ts';
import type { FlinkInspection } from './inspect-metadata.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

export async function flinkFound(
  context: SnapshotContext,
  job: JobRow,
  folder: SnapshotFolder,
  inspected: Extract<InspectedSnapshot, { kind: 'flink' }>,
): Promise<ImportAnswer> {
  const described = await previewFlinkImport(folder, inspected);
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  const options = jobOptionsSchema.parse(JSON.parse(version.optionsJson));
  const { content } = inspected;
  if ((await engineOfQueue(context.database, job.projectId, options.queueName)) !== 'flink' || content.kind !== 'flink') {
    return { preview: described, found: null };
  }
  const unread = described.checks.find((one) => one.check === 'positions-held' && content.unread.length > 0);
  const mine: readonly Check[] = [
    ownerCheck(context, job, options, folder),
    note('fits-sql', say('said.import.flinkFits', { n: content.operators.filter((one) => one.isStateful).length })),
    unread ?? (await positionsOf(context, job, version.sql, options, content)),
    await ageCheck(context, job, folder, inspected.modifiedMs),
  ];
  const checks = described.checks.map((check) => mine.find((one) => one.check === check.check) ?? check);
  const failed = checks.find((check) => check.result === 'fail');
  const canImport = checks.slice(0, 2).some((check) => check.result === 'fail') ? 'no' : failed ? 'with-name' : 'yes';
  const preview = { ...described, checks, canImport, sentence: failed?.message ?? inEnglish([say('said.import.ready')]) } as const;
  const found = {
    name: nameOf(folder),
    kind: described.kind ?? 'savepoint',
    engine: 'flink',
    path: folder.uri,
    checkpointId: content.checkpointId,
    createdMs: inspected.modifiedMs,
    durationMs: 0,
    sizeBytes: content.totalBytes,
    parallelism: content.parallelism,
    keyGroups: null,
    recordsIn: null,
    recordsOut: null,
    positions: described.positions,
    sqlSha256: null,
  } as const;
  return { preview, found: canImport === 'no' ? null : found };
}

function ownerCheck(context: SnapshotContext, job: JobRow, options: JobOptions, folder: SnapshotFolder): Check {
  const { checkpoints, savepoints } = foldersOf(context.environment.objectStore, job, options.bucket);
  const isOwn = [checkpoints, savepoints].some((one) => folder.uri.startsWith(`${one}/`));
  return isOwn ? pass('belongs-to-job', say('said.import.own')) : note('belongs-to-job', say('said.import.flinkOrigin'));
}

async function positionsOf(
  context: SnapshotContext,
  job: JobRow,
  sql: string,
  options: JobOptions,
  content: FlinkInspection,
): Promise<Check> {
  const planned = job.type === 'flink_jar_job' ? null : await context.plan(sql, settingsOfOptions(options));
  if (planned?.kind !== 'planned') return notRun('positions-held', say('said.import.flinkSourcesUnknown'));
  const { partitions, silent } = await previewPositions(context, planned.plan, positionsFor(content, planned.plan));
  return positionsCheck(partitions, silent);
}
