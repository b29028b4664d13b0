/**
 * Tags of a job: GET /v3/{project_id}/dli_flink_job/{job_id}/tags, POST …/tags/create and …/tags/delete (204, no body). Create adds tags and
 * replaces values of keys that are there; delete removes by key, and by value where one is given; what is not there is no error.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { tagSchema, tagsSchema } from '../contract/primitives.ts';
import type { ConsoleContext } from '../services/context.ts';
import { setJobTags } from '../services/update-job.ts';
import { findJob } from './find-job.ts';
import { parsed } from './job-body.ts';

export const addTagsBody = z.object({ tags: z.array(tagSchema).min(1).max(20) });
export const removeTagsBody = z.object({
  tags: z
    .array(z.object({ key: z.string().min(1).max(128), value: z.string().nullish() }))
    .min(1)
    .max(20),
});

const NO_CONTENT = { status: 204, body: null } as const;

export async function listTags(context: ConsoleContext, call: UserCall, jobId: number) {
  const { row } = await findJob(context, call, jobId);
  return { tags: row.tags };
}

export async function addTags(context: ConsoleContext, call: UserCall, jobId: number, { tags }: z.output<typeof addTagsBody>) {
  const { row } = await findJob(context, call, jobId);
  const merged = new Map([...row.tags, ...tags].map((tag) => [tag.key, tag.value]));
  await setJobTags(context, call, {
    jobId,
    tags: parsed(
      tagsSchema,
      [...merged].map(([key, value]) => ({ key, value })),
    ),
  });
  return NO_CONTENT;
}

export async function removeTags(context: ConsoleContext, call: UserCall, jobId: number, { tags }: z.output<typeof removeTagsBody>) {
  const { row } = await findJob(context, call, jobId);
  const isRemoved = (own: { key: string; value: string }) =>
    tags.some(({ key, value }) => key === own.key && (!value || value === own.value));
  await setJobTags(context, call, { jobId, tags: row.tags.filter((tag) => !isRemoved(tag)) });
  return NO_CONTENT;
}
