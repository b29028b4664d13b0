/** A zip as an export makes it, with jobs of one SQL under the names given: the quick way to many jobs. */
import { strToU8, zipSync } from 'fflate';

export function archiveOf(names: readonly string[], sql: string): Buffer {
  const entries: Record<string, Uint8Array> = {};
  const version = { number: 1, note: '', createdAt: 0, createdBy: 'nobody', sqlFile: 'version-1.sql', options: {}, dliFields: {} };
  const job = { type: 'flink_opensource_sql_job', description: '', status: 'job_init', tags: [], variables: [], versions: [version] };
  for (const name of names) {
    entries[`jobs/${name}/job.json`] = strToU8(JSON.stringify({ name, ...job }));
    entries[`jobs/${name}/version-1.sql`] = strToU8(sql);
  }
  const jobs = names.map((name) => ({ name, folder: `jobs/${name}` }));
  const index = { format: 'tidemark-jobs', formatVersion: 1, product: 'test', exportedAt: 0, jobs };
  entries['tidemark-jobs.json'] = strToU8(JSON.stringify(index));
  return Buffer.from(zipSync(entries));
}
