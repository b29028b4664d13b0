/** Templates: samples that come with the product (read only) and custom ones of the project, at most 100. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import type { changeTemplateSchema, createTemplateSchema, listTemplatesQuerySchema, Template } from '../contract/administration.ts';
import { Refusal } from '../contract/errors.ts';
import type { Tag } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms, USER_REF } from '../db/row-to-view.ts';
import { RESTART_RECIPES } from '../recipes/restart-recipes.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';
import { containing } from './list-jobs.ts';

const MOST = 100;
const INCLUDE = { owner: USER_REF } as const;
type TemplateRow = Prisma.TemplateGetPayload<{ include: typeof INCLUDE }>;
const RECIPE_OF = new Map(RESTART_RECIPES.map((recipe) => [recipe.name, recipe.key]));

function view(call: UserCall, row: TemplateRow): Template {
  const kind = row.kind as Template['kind'];
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    // One of the DLI-compatible API may bear DLI's older name for SQL.
    type: row.type === 'flink_jar_job' ? row.type : 'flink_opensource_sql_job',
    sql: row.sql,
    kind,
    recipe: kind === 'recipe' ? (RECIPE_OF.get(row.name) ?? null) : null,
    owner: row.owner,
    isMine: kind === 'custom' && (call.caller.role === 'admin' || row.ownerId === call.caller.userId),
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
  };
}

export async function listTemplates(context: ConsoleContext, call: UserCall, query: z.output<typeof listTemplatesQuerySchema>) {
  const where: Prisma.TemplateWhereInput = {
    projectId: call.caller.projectId,
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(query.q === '' ? {} : { name: containing(context, query.q) }),
  };
  const [rows, total] = await Promise.all([
    context.database.template.findMany({
      where,
      include: INCLUDE,
      orderBy: [{ kind: 'desc' }, { id: 'asc' }],
      skip: (query.page - 1) * query.pageSize,
      take: query.pageSize,
    }),
    context.database.template.count({ where }),
  ]);
  return { items: rows.map((row) => view(call, row)), total, page: query.page, pageSize: query.pageSize };
}

async function find(context: ConsoleContext, call: UserCall, id: number): Promise<TemplateRow> {
  const row = await context.database.template.findFirst({ where: { id, projectId: call.caller.projectId }, include: INCLUDE });
  if (!row) throw new Refusal('not-found', say('said.no.template', { id }));
  return row;
}

/** Custom templates are changed by their owner and by administrators. */
function requireOwn(call: UserCall, row: TemplateRow): void {
  if (row.kind !== 'custom') throw new Refusal('not-allowed', say('said.no.product'));
  if (call.caller.role !== 'admin' && row.ownerId !== call.caller.userId)
    throw new Refusal('not-allowed', say('said.no.templateOther', { name: row.name }));
}

export async function getTemplate(context: ConsoleContext, call: UserCall, id: number): Promise<Template> {
  return view(call, await find(context, call, id));
}

export async function createTemplate(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof createTemplateSchema>,
  /** What only the DLI-compatible API tells. */
  dli?: { readonly dliType: string; readonly tags: readonly Tag[] },
): Promise<Template> {
  const { database } = context;
  const { projectId, userId } = call.caller;
  return audited(database, call, 'createStreamTemplate', { type: 'template', id: '', name: input.name }, async (note) => {
    if ((await database.template.count({ where: { projectId, kind: 'custom' } })) >= MOST) {
      throw new Refusal('in-use', say('said.no.templates', { most: MOST }));
    }
    const more = dli ? { type: dli.dliType, tagsJson: JSON.stringify(dli.tags.map(({ key, value }) => ({ key, value }))) } : {};
    const row = await database
      .$transaction(async (tx) => {
        const made = await tx.template.create({ data: { ...input, ...more, projectId, ownerId: userId }, include: INCLUDE });
        note.object = { type: 'template', id: String(made.id), name: made.name };
        note.after = { name: made.name, description: made.description };
        await note.recordIn(tx);
        return made;
      })
      .catch(nameTaken(input.name));
    return view(call, row);
  });
}

export async function changeTemplate(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly templateId: number } & z.output<typeof changeTemplateSchema>,
): Promise<Template> {
  const found = await find(context, call, input.templateId);
  return audited(
    context.database,
    call,
    'updateStreamTemplate',
    { type: 'template', id: String(found.id), name: found.name },
    async (note) => {
      requireOwn(call, found);
      const data = {
        ...(input.name === undefined ? {} : { name: input.name }),
        ...(input.description === undefined ? {} : { description: input.description }),
        ...(input.sql === undefined ? {} : { sql: input.sql }),
      };
      note.before = { name: found.name, description: found.description };
      note.after = { ...data, ...(input.sql === undefined ? {} : { sql: input.sql !== found.sql }) };
      const row = await context.database
        .$transaction(async (tx) => {
          const changed = await tx.template.update({ where: { id: found.id }, data, include: INCLUDE });
          await note.recordIn(tx);
          return changed;
        })
        .catch(nameTaken(input.name ?? found.name));
      return view(call, row);
    },
  );
}

export async function deleteTemplate(context: ConsoleContext, call: UserCall, id: number): Promise<{ ok: true }> {
  const found = await find(context, call, id);
  return audited(context.database, call, 'deleteStreamTemplate', { type: 'template', id: String(id), name: found.name }, async (note) => {
    requireOwn(call, found);
    note.before = { name: found.name, description: found.description };
    await context.database.$transaction(async (tx) => {
      await tx.template.delete({ where: { id } });
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.templateTaken', { name }));
    throw error;
  };
