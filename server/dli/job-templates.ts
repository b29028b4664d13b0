/**
 * streaming/job-templates: the project's own templates; the samples of the product are not listed, as they are not the user's. `is_success` is a
 * boolean here and nowhere else but in metrics and graphs: typed clients insist on it. `job_type` is told as it was given (Terraform's provider
 * makes a template anew when it differs); a template made in the console is of type flink_opensource_sql_job.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { changeTemplateSchema, createTemplateSchema } from '../contract/administration.ts';
import { type Tag, tagsSchema } from '../contract/primitives.ts';
import { likeText } from '../db/like-text.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import type { ConsoleContext } from '../services/context.ts';
import { containing } from '../services/list-jobs.ts';
import { changeTemplate, createTemplate as createService, deleteTemplate as deleteService } from '../services/templates.ts';
import { DliError } from './dli-error.ts';
import { canExist } from './find-job.ts';
import { count, tagsOfQuery } from './list-jobs.ts';

const TYPES = ['flink_sql_job', 'flink_opensource_sql_job'] as const;
const { name, description, sql } = createTemplateSchema.shape;

export const createTemplateBody = z.object({
  name,
  desc: description.nullish(),
  sql_body: sql.nullish(),
  job_type: z
    .enum(TYPES, `Use one of ${TYPES.join(', ')}.`)
    .or(z.literal(''))
    .nullish(),
  tags: tagsSchema.nullish(),
});
const change = changeTemplateSchema.shape;
export const updateTemplateBody = z.object({
  name: change.name.nullish(),
  desc: change.description.nullish(),
  sql_body: change.sql.nullish(),
});
export const listTemplatesQuery = z.object({
  name: z.string().max(64).optional(),
  tags: z.string().max(4096).optional(),
  offset: count(999_999_999).default(0),
  limit: count(100).default(10),
  order: z.enum(['asc', 'desc'], 'Use asc or desc.').default('desc'),
});

function idOf(text: string): number {
  const id = Number(text);
  if (!/^\d{1,19}$/.test(text) || !canExist(id)) throw new DliError(400, 'DLI.0002', `There is no template ${text.slice(0, 40)}.`);
  return id;
}

export async function createTemplate(context: ConsoleContext, call: UserCall, body: z.output<typeof createTemplateBody>) {
  const jobType = body.job_type || 'flink_sql_job';
  const input = { name: body.name, description: body.desc ?? '', type: 'flink_opensource_sql_job', sql: body.sql_body ?? '' } as const;
  const made = await createService(context, call, input, { dliType: jobType, tags: body.tags ?? [] });
  return {
    is_success: true,
    message: 'The template is successfully created.',
    template: { template_id: made.id, name: made.name, desc: made.description, create_time: made.createdAt, job_type: jobType },
  };
}

export async function listTemplates(context: ConsoleContext, call: UserCall, query: z.output<typeof listTemplatesQuery>) {
  const { database } = context;
  const where: Prisma.TemplateWhereInput = {
    projectId: call.caller.projectId,
    kind: 'custom',
    ...(query.name ? { name: containing(context, query.name) } : {}),
    AND: tagsOfQuery(query.tags ?? '').map((tag: Tag) => ({ tagsJson: { contains: likeText(JSON.stringify(tag)) } })),
  };
  const [rows, total] = await Promise.all([
    database.template.findMany({
      where,
      orderBy: [{ createdAt: query.order }, { id: query.order }],
      skip: query.offset,
      take: query.limit,
    }),
    database.template.count({ where }),
  ]);
  const templates = rows.map((row) => ({
    template_id: row.id,
    name: row.name,
    desc: row.description,
    create_time: ms(row.createdAt),
    update_time: ms(row.updatedAt),
    sql_body: row.sql,
    job_type: row.type,
  }));
  return { is_success: true, message: 'The templates are successfully listed.', template_list: { total_count: total, templates } };
}

export async function updateTemplate(context: ConsoleContext, call: UserCall, id: string, body: z.output<typeof updateTemplateBody>) {
  await changeTemplate(context, call, {
    templateId: idOf(id),
    name: body.name ?? undefined,
    description: body.desc ?? undefined,
    sql: body.sql_body ?? undefined,
  });
  return { is_success: true, message: 'The template is successfully updated.' };
}

export async function deleteTemplate(context: ConsoleContext, call: UserCall, id: string) {
  const templateId = idOf(id);
  await deleteService(context, call, templateId);
  return { is_success: true, message: 'The template is successfully deleted.', template: { template_id: templateId } };
}
