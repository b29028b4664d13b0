/**
 * Global variables: read by everybody, made, changed and deleted by administrators, each act in one transaction with its audit entry. A change never
 * reaches what runs: a run keeps the values it was started with, and the answer names the running jobs that have another one.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { changeVariableSchema, createVariableSchema, GlobalVariable, VariableUser } from '../contract/global-variables.ts';
import { say } from '../contract/said.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import { variablesNamedIn } from '../variables/fill-in.ts';
import { variablesOfRun } from '../variables/read-variables.ts';
import type { ConsoleContext } from './context.ts';
import { readOptions } from './job-view.ts';
import { isUniqueViolation } from './job-writes.ts';

type Row = Prisma.GlobalVariableGetPayload<Record<string, never>>;
type User = Omit<VariableUser, 'isStale'>;

/** Jobs by the variables they name, in their saved or running version. Only versions that hold `{{` are read. */
async function usersByName(database: DatabaseOrTransaction, projectId: string): Promise<ReadonlyMap<string, readonly User[]>> {
  const versions = await database.jobVersion.findMany({
    where: { job: { projectId, deletedAt: null }, OR: [{ sql: { contains: '{{' } }, { optionsJson: { contains: '{{' } }] },
    select: {
      number: true,
      sql: true,
      optionsJson: true,
      job: {
        select: {
          id: true,
          name: true,
          version: true,
          runningVersion: true,
          runs: { where: { endedAt: null }, select: { variablesJson: true }, take: 1 },
        },
      },
    },
    orderBy: { jobId: 'asc' },
  });
  const users = new Map<string, Map<number, User>>();
  for (const { number, sql, optionsJson, job } of versions) {
    if (number !== job.version && number !== job.runningVersion) continue;
    const [run] = job.runs;
    const values = run ? variablesOfRun(run) : {};
    for (const name of variablesNamedIn(sql, readOptions(optionsJson))) {
      const of = users.get(name) ?? new Map<number, User>();
      const runningValue = Object.hasOwn(values, name) ? (values[name] as string) : null;
      users.set(name, of.set(job.id, { jobId: job.id, name: job.name, isRunning: run !== undefined, runningValue }));
    }
  }
  return new Map([...users].map(([name, of]) => [name, [...of.values()]]));
}

const withStale = (row: Row, users: readonly User[]): VariableUser[] =>
  users.map((user) => ({ ...user, isStale: user.runningValue !== null && user.runningValue !== row.value }));

function view(row: Row, users: readonly User[]): GlobalVariable {
  const { id, name, value, description, updatedBy } = row;
  const stale = withStale(row, users).filter((user) => user.isStale).length;
  return {
    id,
    name,
    value,
    description,
    updatedBy,
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
    usedBy: users.length,
    stale,
  };
}

async function find(database: DatabaseOrTransaction, call: UserCall, id: string): Promise<Row> {
  const row = await database.globalVariable.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.variable'));
  return row;
}

const objectOf = (id: string, name: string) => ({ type: 'global-variable', id, name }) as const;

export async function listGlobalVariables(context: ConsoleContext, call: UserCall): Promise<{ variables: GlobalVariable[] }> {
  const { projectId } = call.caller;
  const rows = await context.database.globalVariable.findMany({ where: { projectId }, orderBy: { name: 'asc' } });
  const users = rows.length === 0 ? new Map<string, readonly User[]>() : await usersByName(context.database, projectId);
  return { variables: rows.map((row) => view(row, users.get(row.name) ?? [])) };
}

export async function createGlobalVariable(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof createVariableSchema>,
): Promise<GlobalVariable> {
  const { projectId, name: updatedBy } = call.caller;
  return audited(context.database, call, 'createGlobalVariable', objectOf('', input.name), async (note) => {
    const id = randomUUID();
    const now = new Date(context.clock.nowMs());
    note.object = objectOf(id, input.name);
    note.after = { value: input.value, description: input.description };
    try {
      return await context.database.$transaction(async (tx) => {
        const row = await tx.globalVariable.create({ data: { ...input, id, projectId, createdAt: now, updatedAt: now, updatedBy } });
        await note.recordIn(tx);
        // A job may have named it before it was there.
        return view(row, (await usersByName(tx, projectId)).get(row.name) ?? []);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.variableTaken', { name: input.name }));
      throw error;
    }
  });
}

export async function changeGlobalVariable(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  input: z.output<typeof changeVariableSchema>,
): Promise<{ variable: GlobalVariable; stale: VariableUser[] }> {
  const { database } = context;
  const { name } = await find(database, call, id);
  return audited(database, call, 'updateGlobalVariable', objectOf(id, name), (note) =>
    database.$transaction(async (tx) => {
      const before = await find(tx, call, id);
      const row = await tx.globalVariable.update({
        where: { id },
        data: {
          value: input.value ?? before.value,
          description: input.description ?? before.description,
          updatedAt: new Date(context.clock.nowMs()),
          updatedBy: call.caller.name,
        },
      });
      const users = (await usersByName(tx, row.projectId)).get(row.name) ?? [];
      const stale = withStale(row, users).filter((user) => user.isStale);
      const visible = await visibleOf(tx, call, stale);
      note.before = { value: before.value, description: before.description };
      note.after = { value: row.value, description: row.description, runningWithAnother: stale.map((user) => user.jobId).slice(0, 100) };
      await note.recordIn(tx);
      return { variable: view(row, users), stale: visible };
    }),
  );
}

export async function deleteGlobalVariable(context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const { database } = context;
  const row = await find(database, call, id);
  return audited(database, call, 'deleteGlobalVariable', objectOf(id, row.name), (note) =>
    database.$transaction(async (tx) => {
      const users = (await usersByName(tx, row.projectId)).get(row.name) ?? [];
      if (users.length > 0) {
        const names = users.slice(0, 5).map((user) => user.name);
        const list = `${names.join(', ')}${users.length > names.length ? ', …' : ''}`;
        throw new Refusal('in-use', say('said.no.variableUsed', { n: users.length, name: row.name, list }));
      }
      note.before = { value: row.value, description: row.description };
      await tx.globalVariable.delete({ where: { id } });
      await note.recordIn(tx);
      return { ok: true } as const;
    }),
  );
}

async function visibleOf(database: DatabaseOrTransaction, call: UserCall, users: readonly VariableUser[]): Promise<VariableUser[]> {
  if (users.length === 0) return [];
  const rows = await database.job.findMany({
    where: { AND: [visibleJobs(call.caller), { id: { in: users.map((user) => user.jobId) } }] },
    select: { id: true },
  });
  const ids = new Set(rows.map((job) => job.id));
  return users.filter((user) => ids.has(user.jobId));
}

export async function listVariableUsers(context: ConsoleContext, call: UserCall, id: string) {
  const row = await find(context.database, call, id);
  const users = withStale(row, (await usersByName(context.database, row.projectId)).get(row.name) ?? []);
  const jobs = await visibleOf(context.database, call, users);
  return { jobs, hidden: users.length - jobs.length };
}
