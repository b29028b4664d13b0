/** Where the snapshots of a job lie in the object store: DLI's layout, in the bucket of the job's options or the default one. */
import type { Environment } from '../config/environment.ts';

export interface JobFolders {
  readonly checkpoints: string;
  readonly savepoints: string;
  /** Compiled plans of runs on Flink, `<run>.json`. */
  readonly plans: string;
}

export function foldersOf(
  store: Pick<Environment['objectStore'], 'defaultBucket' | 'prefix'>,
  job: { readonly id: number; readonly folderKey: string },
  bucket: string,
): JobFolders {
  const given = bucket.replace(/^[a-z0-9]+:\/\//, '').replace(/\/+$/, '');
  const base = given === '' ? `obs://${store.defaultBucket}/${store.prefix}` : `obs://${given}/`;
  const name = `${job.id}_${job.folderKey}`;
  return {
    checkpoints: `${base}jobs/checkpoint/${name}`,
    savepoints: `${base}jobs/savepoint/${job.id}`,
    plans: `${base}jobs/plan/${name}`,
  };
}
