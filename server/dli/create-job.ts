/** POST streaming/sql-jobs and streaming/flink-jobs: a draft. What a body does not set has this product's defaults, as in the console. */
import type { UserCall } from '../auth/caller.ts';
import type { JobType } from '../contract/job.ts';
import type { ConsoleContext } from '../services/context.ts';
import { createJob as createJobService } from '../services/create-job.ts';
import type { JobBody } from './job-body.ts';
import { keptFieldsOf, optionsOf, requireSupported } from './job-body-to-options.ts';

const MESSAGE: Record<JobType, string> = {
  flink_opensource_sql_job: 'A DLI job is created successfully.',
  flink_jar_job: 'A Flink job is created successfully.',
};

export async function createJob(context: ConsoleContext, call: UserCall, type: JobType, body: JobBody & { readonly name: string }) {
  requireSupported(body);
  const input = {
    name: body.name,
    type,
    description: body.desc ?? '',
    sql: body.sql_body ?? '',
    // Terraform sends 0 for "none".
    ...(body.template_id ? { templateId: body.template_id } : {}),
    options: optionsOf(body, null),
    tags: body.tags ?? [],
  };
  const { job } = await createJobService(context, call, input, keptFieldsOf(body));
  return {
    is_success: 'true',
    message: MESSAGE[type],
    job: { job_id: job.id, status_name: job.status, status_desc: job.statusMessage },
  };
}
