/**
 * POST dli/obs-authorize: Terraform's provider calls it before every job with a bucket. There is nothing to grant, since the server's own keys
 * decide; so it is told here, before the job is made, whether they reach each bucket. The provider decodes only the text "true", the
 * typed SDKs only the boolean: the User-Agent tells them apart.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import type { ConsoleContext } from '../services/context.ts';
import { browseStore } from '../services/import-savepoint.ts';

export const authorizeBody = z.object({ obs_buckets: z.array(z.string().min(1).max(1024)).min(1).max(100) });

export async function authorizeBuckets(context: ConsoleContext, call: UserCall, input: z.output<typeof authorizeBody>) {
  for (const bucket of input.obs_buckets) await browseStore(context, call, { path: bucket });
  return { is_success: /\bgolangsdk\//.test(call.userAgent) ? 'true' : true, message: '' };
}
