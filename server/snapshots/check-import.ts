/**
 * Import Savepoint: finds the snapshot at a path and makes the six checks, always in the same order. A check that cannot be made says why.
 * Fail of the first two: no import. Fail of the next three: only with the job's name typed; the start checks them once more.
 */

import { engineOfQueue } from '../connections/flink-clusters.ts';
import { IMPORT_CHECKS, type ImportPreview } from '../contract/import.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import { inEnglish, say } from '../contract/said.ts';
import type { Prisma } from '../db/open-database.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../storage/contract.ts';
import { compareOperators } from './compare-operators.ts';
import { planProblem, type SnapshotContext } from './context.ts';
import { describePositions } from './describe-positions.ts';
import { handOver } from './flink/hand-over.ts';
import { flinkFound } from './flink/import-for-flink.ts';
import { ageCheck, type Check, fail, type ImportAnswer, note, notRun, pass, positionsCheck, type Text, told } from './import-checks.ts';
import { checkParts, type InspectedSnapshot, inspectSnapshot, partsOf, partsProblem } from './inspect-snapshot.ts';
import { previewPositions } from './preview-positions.ts';
import { nameOf, placeOf } from './snapshot-place.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

export async function previewImport(context: SnapshotContext, jobId: number, path: string): Promise<ImportAnswer> {
  const job = await context.database.job.findUniqueOrThrow({ where: { id: jobId } });
  const place = placeOf(context.store, path);
  if (place.kind === 'invalid') return nothingFound(null, place.message);
  const { folder } = place;
  let inspected: InspectedSnapshot;
  try {
    inspected = await inspectSnapshot(folder);
  } catch (error) {
    if (error instanceof StoreError) return nothingFound(folder, error.message);
    throw error;
  }
  switch (inspected.kind) {
    case 'none':
      return nothingFound(folder, say('said.import.none', { folder: folder.uri }));
    case 'broken':
      return nothingFound(folder, say('said.import.damaged', { folder: folder.uri, reason: inspected.reason }), true);
    case 'flink':
      return flinkFound(context, job, folder, inspected);
    case 'embedded':
      return embeddedFound(context, job, folder, inspected.manifest);
  }
}

function nothingFound(folder: SnapshotFolder | null, text: Text, isDamaged = false): ImportAnswer {
  const checks = IMPORT_CHECKS.map((check, index) => (index === 0 ? fail(check, text) : notRun(check, say('said.import.noManifest'))));
  const preview: ImportPreview = {
    path: isDamaged ? (folder?.uri ?? null) : null,
    kind: null,
    engine: null,
    originJob: null,
    createdAt: null,
    sizeBytes: null,
    partCount: null,
    parallelism: null,
    positions: [],
    checks,
    canImport: 'no',
    sentence: told(text).message,
    said: [told(text).said],
  };
  return { preview, found: null };
}

async function embeddedFound(context: SnapshotContext, job: JobRow, folder: SnapshotFolder, manifest: Manifest): Promise<ImportAnswer> {
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
  const options = jobOptionsSchema.parse(JSON.parse(version.optionsJson));
  const isForFlink = (await engineOfQueue(context.database, job.projectId, options.queueName)) === 'flink';
  const handed = isForFlink ? handOver(manifest) : null;
  const isRefused = handed?.kind === 'refused';
  const fits = isRefused
    ? [fail('fits-sql', handed.reason), notRun('positions-held', handed.reason)]
    : await planChecks(context, job, version.sql, options, manifest);
  const checks = [
    pass('manifest-whole', say('said.import.whole')),
    await partsCheck(folder, manifest),
    ownerCheck(job, manifest),
    ...fits,
    await ageCheck(context, job, folder, manifest.createdMs),
  ];
  const positions = describePositions(manifest.sources);
  const hasFailed = (from: number, to: number) => checks.slice(from, to).some((check) => check.result === 'fail');
  const canImport = isRefused || hasFailed(0, 2) ? 'no' : hasFailed(2, 5) ? 'with-name' : 'yes';
  const failed = checks.find((check) => check.result === 'fail')?.said;
  const said = canImport === 'yes' || !failed ? [say('said.import.ready')] : [failed];
  const preview: ImportPreview = {
    path: folder.uri,
    kind: manifest.kind,
    engine: 'embedded',
    originJob: { id: manifest.jobId, name: manifest.jobName },
    createdAt: manifest.createdMs,
    sizeBytes: manifest.totalBytes,
    partCount: partsOf(manifest).length,
    parallelism: manifest.parallelism,
    positions,
    checks,
    canImport,
    sentence: inEnglish(said),
    said,
  };
  const { kind, checkpointId, createdMs, durationMs, parallelism, keyGroups, recordsIn, recordsOut, sqlSha256 } = manifest;
  const sizes = { sizeBytes: manifest.totalBytes, parallelism, keyGroups, recordsIn, recordsOut };
  const found = {
    name: nameOf(folder),
    kind,
    engine: 'embedded',
    path: folder.uri,
    checkpointId,
    createdMs,
    durationMs,
    ...sizes,
    positions,
    sqlSha256,
  } as const;
  return { preview, found: canImport === 'no' ? null : found };
}

async function partsCheck(folder: SnapshotFolder, manifest: Manifest): Promise<Check> {
  try {
    const checked = await checkParts(folder, manifest);
    const problem = partsProblem(checked);
    if (problem !== null) return fail('files-present', say('said.import.filesBad', { problem }));
    return pass('files-present', say('said.import.files', { n: checked.total }));
  } catch (error) {
    if (error instanceof StoreError) return fail('files-present', error.message);
    throw error;
  }
}

function ownerCheck(job: JobRow, manifest: Manifest): Check {
  if (manifest.jobId === String(job.id)) return pass('belongs-to-job', say('said.import.own'));
  return fail('belongs-to-job', say('said.import.foreign', { name: manifest.jobName, id: manifest.jobId }));
}

async function planChecks(context: SnapshotContext, job: JobRow, sql: string, options: JobOptions, manifest: Manifest): Promise<Check[]> {
  const planned = await context.plan(sql, settingsOfOptions(options));
  if (planned.kind !== 'planned') {
    const why = planProblem(planned);
    return [fail('fits-sql', why), notRun('positions-held', say('said.import.noPlan'))];
  }
  const fates = compareOperators(manifest, planned.plan, options.parallelism);
  const refused = fates.find((fate) => fate.fate === 'incompatible');
  const dropped = fates.filter((fate) => fate.fate === 'dropped');
  const fresh = fates.filter((fate) => fate.fate === 'new' || fate.fate === 'changed');
  const { version } = job;
  const facts = (fates: readonly { readonly description: string }[]) => ({ version, n: fates.length, first: fates[0]?.description ?? '' });
  const fits = refused
    ? fail('fits-sql', `${refused.description}: ${refused.note}`)
    : dropped.length > 0
      ? fail('fits-sql', say('said.import.noOperator', facts(dropped)))
      : fresh.length > 0
        ? note('fits-sql', say('said.import.freshOperators', facts(fresh)))
        : pass('fits-sql', say('said.import.fits', { version }));
  const { partitions, silent } = await previewPositions(context, planned.plan, manifest);
  return [fits, positionsCheck(partitions, silent)];
}
