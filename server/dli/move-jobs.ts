/**
 * POST streaming/jobs/export and …/import: jobs as a zip (contract/job-archive.ts) in the object store instead of in the answer. An export names its
 * file `<obs_dir>/tidemark-jobs-<random>_<ms>.zip` and holds no secret. An import takes one zip, or a folder that holds only such: all are read before the
 * first job is made. A job that was not imported has `new_job_id` -1 and a remark that says why; `is_cover` gives a job of the same name its
 * configuration as a new version, and its snapshots and history stay.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { ARCHIVE_JOBS_MAX } from '../contract/archive-limit.ts';
import { ARCHIVE_BYTES_MAX } from '../contract/job-archive.ts';
import { readArchive } from '../services/archive-file.ts';
import type { ConsoleContext } from '../services/context.ts';
import { type ExportedJobs, exportJobs } from '../services/export-jobs.ts';
import { importJobs } from '../services/import-jobs.ts';
import type { ObjectRef } from '../storage/contract.ts';
import { objectKey, parseObjectUri } from '../storage/object-key.ts';
import { badParameter, DliError, expectedError, noSuchJob } from './dli-error.ts';
import { canExist } from './find-job.ts';

export const exportBody = z
  .object({
    obs_dir: z.string('obs_dir is needed, for example bucket/folder.').min(1).max(900),
    is_selected: z.boolean('is_selected is needed: true for the jobs of job_selected, false for all.'),
    job_selected: z.array(z.int('job_selected is a list of job ids.')).max(ARCHIVE_JOBS_MAX).nullish(),
  })
  .refine((body) => !body.is_selected || (body.job_selected ?? []).length > 0, {
    path: ['job_selected'],
    message: 'Name at least one job, or set is_selected to false.',
  });

export const importJobsBody = z.object({
  zip_file: z.string('zip_file is needed: a zip of an export, or a folder of such.').min(1).max(1024),
  is_cover: z.boolean().nullish(),
});

/** Zips of one import. */
const ZIPS_MOST = 100;

function placeOf(field: string, path: string): { readonly bucket: string; readonly key: string } {
  const place = parseObjectUri(path);
  if (place.kind === 'invalid') throw badParameter(`${field}: ${place.message}`);
  return place;
}

export async function exportJobsOf(context: ConsoleContext, call: UserCall, body: z.output<typeof exportBody>) {
  const { bucket, key } = placeOf('obs_dir', body.obs_dir);
  const ids = body.is_selected ? (body.job_selected ?? []) : null;
  if (ids?.some((id) => !canExist(id))) throw noSuchJob();
  const name = `tidemark-jobs-${randomBytes(3).toString('hex')}_${context.clock.nowMs()}.zip`;
  const ref = objectKey(bucket, ...(key === '' ? [] : [key]), name);
  const keep = async ({ zip }: ExportedJobs) => {
    await context.store.ensureBucket(bucket);
    await context.store.put(ref, zip);
    return `obs://${ref.bucket}/${ref.key}`;
  };
  const what = ids === null ? { filter: ALL } : { jobIds: ids };
  await exportJobs(context, call, { ...what, versions: 'all' }, keep).catch((error: unknown) => {
    throw expectedError(error, ids !== null) ?? error;
  });
  // As the folder was given, so that an import takes it the same way.
  return {
    is_success: 'true',
    message: 'The job is successfully exported.',
    zip_file: [`${body.obs_dir.trim().replace(/\/+$/, '')}/${name}`],
  };
}

const ALL = { q: '', type: [], status: [], user: [], queue: [], tag: [] };

/** The zip that is named, or those in the folder that is named. */
async function zipsAt({ store }: ConsoleContext, path: string): Promise<ObjectRef[]> {
  const { bucket, key } = placeOf('zip_file', path);
  if (key !== '' && (await store.head({ bucket, key }))) return [{ bucket, key }];
  const page = await store.list(bucket, key === '' ? '' : `${key}/`, { limit: ZIPS_MOST + 1 });
  const none = `There is no zip at ${path}. Nothing was imported.`;
  if (page.objects.length === 0) throw new DliError(400, 'DLI.0002', none);
  if (page.objects.length > ZIPS_MOST) throw badParameter(`zip_file: The folder holds more than ${ZIPS_MOST} files. Nothing was imported.`);
  const other = page.objects.find((object) => !object.key.toLowerCase().endsWith('.zip'));
  if (other) throw badParameter(`zip_file: The folder must hold zips only; ${other.key} is none. Nothing was imported.`);
  return page.objects.map((object) => ({ bucket, key: object.key }));
}

/** Refuses what is too large before it is read. */
async function readZips(context: ConsoleContext, refs: readonly ObjectRef[]): Promise<Uint8Array[]> {
  const zips: Uint8Array[] = [];
  let left = ARCHIVE_BYTES_MAX;
  for (const ref of refs) {
    left -= (await context.store.head(ref))?.size ?? 0;
    if (left < 0) {
      const most = `${ARCHIVE_BYTES_MAX / 1024 / 1024} MiB`;
      throw badParameter(`zip_file: An import takes at most ${most}. Nothing was imported. Export fewer jobs at once.`);
    }
    zips.push(await context.store.get(ref));
  }
  return zips;
}

interface JobMap {
  readonly old_job_id: number;
  readonly new_job_id: number;
  readonly remark: string;
}

const REMARKS = { made: 'Job successfully created', overwritten: 'Job successfully overwritten' } as const;

export async function importJobsOf(context: ConsoleContext, call: UserCall, body: z.output<typeof importJobsBody>) {
  const zips = await readZips(context, await zipsAt(context, body.zip_file));
  const archives = zips.map((zip) => readArchive(zip));
  const mapping: JobMap[] = [];
  for (const [at, zip] of zips.entries()) {
    const { results } = await importJobs(context, call, zip, { dryRun: false, overwrite: body.is_cover === true });
    for (const [position, result] of results.entries()) {
      const read = archives[at]?.[position];
      const done = result.outcome === 'made' || result.outcome === 'overwritten' ? REMARKS[result.outcome] : null;
      mapping.push({
        old_job_id: read && 'file' in read ? (read.file.job.id ?? -1) : -1,
        new_job_id: result.jobId ?? -1,
        remark: [done === null ? `${result.name}: ${result.message}` : done, ...result.warnings].join(' '),
      });
    }
  }
  return { is_success: 'true', message: 'The job is successfully imported.', job_mapping: mapping };
}
