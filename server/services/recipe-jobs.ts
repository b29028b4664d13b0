/** Jobs of restart recipes: make one, tell how far it is, prove it by its files, and kill its process on purpose. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { RECIPE_TAG, type RecipeKey, type RecipeProgress, type RecipeProof, recipeKeySchema } from '../contract/recipes.ts';
import { say } from '../contract/said.ts';
import { killProven, parseIdentity } from '../engines/embedded/process-identity.ts';
import { proofOf, type RecipeFacts, recipeProgress } from '../recipes/recipe-steps.ts';
import { folderPath, NUMBER_COLUMN, recipeOf } from '../recipes/restart-recipes.ts';
import { StoreError } from '../storage/contract.ts';
import { parseObjectUri } from '../storage/object-key.ts';
import type { ConsoleContext } from './context.ts';
import { createJob } from './create-job.ts';
import { liveNameOf } from './job-writes.ts';

async function freeName(context: ConsoleContext, call: UserCall, key: RecipeKey): Promise<string> {
  for (let number = 1; number < 1_000; number++) {
    const name = number === 1 ? key : `${key}-${number}`;
    const liveName = liveNameOf(call.caller.projectId, name);
    if (!(await context.database.job.findUnique({ where: { liveName }, select: { id: true } }))) return name;
  }
  throw new Refusal('name-taken', say('said.no.recipes'));
}

export async function createRecipeJob(context: ConsoleContext, call: UserCall, key: RecipeKey): Promise<{ jobId: number }> {
  const recipe = recipeOf(key);
  const name = await freeName(context, call, key);
  // Files of an earlier job of the same name must not count as this one's.
  const sql = recipe.sql.replace(folderPath(key), folderPath(`${name}-${randomBytes(4).toString('hex')}`));
  const { job } = await createJob(context, call, {
    name,
    type: 'flink_opensource_sql_job',
    description: recipe.description,
    sql,
    options: recipe.options,
    tags: [{ key: RECIPE_TAG, value: key }],
  });
  return { jobId: job.id };
}

async function recipeKeyOf(context: ConsoleContext, jobId: number): Promise<RecipeKey> {
  const tag = await context.database.tag.findUnique({ where: { jobId_key: { jobId, key: RECIPE_TAG } } });
  const key = recipeKeySchema.safeParse(tag?.value);
  if (!key.success) throw new Refusal('not-found', say('said.no.recipe', { id: jobId }));
  return key.data;
}

export async function getRecipeProgress(context: ConsoleContext, call: UserCall, jobId: number): Promise<RecipeProgress> {
  const { database } = context;
  await requireJob(database, call.caller, jobId);
  const recipe = recipeOf(await recipeKeyOf(context, jobId));
  const [runs, snapshots, proof] = await Promise.all([
    database.run.findMany({ where: { jobId }, orderBy: { number: 'asc' }, take: 500 }),
    database.snapshot.findMany({ where: { jobId }, orderBy: { createdAt: 'desc' }, take: 500 }),
    readProof(context, jobId),
  ]);
  return recipeProgress(recipe, {
    runs: runs.map((run) => ({
      number: run.number,
      start: run.start as RecipeFacts['runs'][number]['start'],
      hasRestored: run.restoredFromId !== null,
      startedMs: run.startedAt.getTime(),
      runningMs: run.runningAt?.getTime() ?? null,
      endedMs: run.endedAt?.getTime() ?? null,
      endCause: run.endCause,
    })),
    snapshots: snapshots.flatMap((one) => {
      const shown = { origin: one.origin as RecipeFacts['snapshots'][number]['origin'], atMs: one.createdAt.getTime() };
      const maker = one.origin === 'imported' ? runs.find((run) => run.number === one.runNumber) : undefined;
      // A checkpoint of the job's own that was imported stands at the time of the import; it was made while its run was alive.
      return maker?.endedAt ? [{ origin: 'checkpoint' as const, atMs: maker.endedAt.getTime() }, shown] : [shown];
    }),
    proof,
  });
}

/** About a day of the recipe's orders; what lies beyond is not read, and then nothing is said. */
const FILES_MOST = 30_000;
const BYTES_MOST = 200 * 1024 * 1024;

async function readProof(context: ConsoleContext, jobId: number): Promise<RecipeProof | null> {
  const { database, store } = context;
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  const path = /'path'\s*=\s*'([^']+)'/.exec(version.sql)?.[1];
  const folder = path === undefined ? null : parseObjectUri(path);
  if (folder?.kind !== 'object' || folder.key === '') return null;
  try {
    const numbers: number[] = [];
    let files = 0;
    let bytes = 0;
    let token: string | null = null;
    do {
      const page = await store.list(folder.bucket, `${folder.key}/`, token === null ? {} : { token });
      for (const { key, size } of page.objects) {
        if (/^[._]/.test(key.split('/').at(-1) ?? '')) continue;
        files++;
        bytes += size;
        if (files > FILES_MOST || bytes > BYTES_MOST) return null;
        const found = numbersIn(await store.get({ bucket: folder.bucket, key }));
        if (found === null) return null;
        for (const number of found) numbers.push(number);
      }
      token = page.nextToken;
    } while (token !== null);
    return files === 0 ? null : proofOf(numbers, files);
  } catch (error) {
    // The bucket is made by the first file.
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'bucket-not-found')) return null;
    throw error;
  }
}

/** Null: they are not the orders of a recipe; its SQL may have been changed since. */
function numbersIn(bytes: Uint8Array): number[] | null {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  try {
    const numbers = lines
      .filter((line) => line !== '')
      .map((line) => Number((JSON.parse(line) as Record<string, unknown> | null)?.[NUMBER_COLUMN]));
    return numbers.every((number) => Number.isSafeInteger(number) && number >= 0) ? numbers : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** SIGKILL to the process of the run under way, as a failing machine would: nothing is saved or closed. Only for jobs of recipes. */
export async function breakRecipeJob(context: ConsoleContext, call: UserCall, jobId: number): Promise<{ ok: true }> {
  const { database } = context;
  const job = await requireJob(database, call.caller, jobId, 'stop');
  return audited(database, call, 'breakRecipeJob', { type: 'job', id: String(jobId), name: job.name }, async (note) => {
    await recipeKeyOf(context, jobId);
    const run = await database.run.findFirst({ where: { jobId, endedAt: null, engine: 'embedded' }, orderBy: { number: 'desc' } });
    const identity = run ? parseIdentity(run.engineRef) : null;
    if (!run || run.runningAt === null || identity === null) throw new Refusal('wrong-status', say('said.no.runNow'));
    note.after = { run: run.number, pid: identity.pid };
    if (!(await killProven(identity))) {
      const log = join(context.environment.dataDir, 'logs', String(jobId));
      throw new Refusal('engine-unreachable', say('said.no.kill', { run: run.number, path: log }));
    }
    context.supervisor.wake();
    return { ok: true } as const;
  });
}
