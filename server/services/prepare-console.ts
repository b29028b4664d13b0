/**
 * Makes what must be there before anything is served: the default project and queue, and at first start the way to the first
 * administrator: the account of TIDEMARK_BOOTSTRAP_*, or a one-time link. Repeating it changes nothing.
 */
import { randomBytes } from 'node:crypto';
import { accessKeyContext } from '../auth/find-access-key.ts';
import { hashPassword } from '../auth/password.ts';
import { hashToken, newToken } from '../auth/token.ts';
import type { Environment } from '../config/environment.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import { RESTART_RECIPES } from '../recipes/restart-recipes.ts';
import { type MasterKey, seal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';
import { BUSINESS_SAMPLES } from './business-samples.ts';
import { SAMPLE_TEMPLATES } from './sample-templates.ts';

export const SETUP_LINK_MS = 30 * 60_000;

export interface PreparedConsole {
  readonly projectId: string;
  /** Token of the one-time link `/setup?token=…`; null when a user exists. Printed once, stored as a hash. */
  readonly setupToken: string | null;
}

export async function prepareConsole(
  database: Database,
  environment: Environment,
  masterKey: MasterKey,
  clock: Clock,
): Promise<PreparedConsole> {
  const project = await prepareProject(database, environment);
  await database.queue.upsert({
    where: { projectId_name: { projectId: project.id, name: 'default' } },
    create: { projectId: project.id, name: 'default', description: 'The embedded engine on this machine', engine: 'embedded' },
    update: {},
  });
  const recipes = RESTART_RECIPES.map(({ name, description, sql }) => ({ name, description, sql, kind: 'recipe' }));
  for (const sample of [...SAMPLE_TEMPLATES, ...BUSINESS_SAMPLES].map((one) => ({ ...one, kind: 'sample' })).concat(recipes)) {
    const key = { projectId_name: { projectId: project.id, name: sample.name } };
    const there = await database.template.findUnique({ where: key, select: { kind: true } });
    // A template of somebody with the same name stays theirs.
    if (there?.kind === 'custom') continue;
    await database.template.upsert({
      where: key,
      create: { ...sample, projectId: project.id, type: 'flink_opensource_sql_job' },
      update: { sql: sample.sql, description: sample.description },
    });
  }
  // Whoever sent them is cut off from this process.
  await database.packageVersion.updateMany({
    where: { status: 'uploading' },
    data: { status: 'failed', message: 'The console was stopped while the file came. Upload it again.' },
  });
  if ((await database.user.count()) > 0) return { projectId: project.id, setupToken: null };
  if (environment.bootstrap) {
    await makeBootstrapAdministrator(database, environment, masterKey, project.id);
    return { projectId: project.id, setupToken: null };
  }
  const token = newToken();
  const nowMs = clock.nowMs();
  await database.$transaction([
    database.setupToken.deleteMany({}),
    database.setupToken.create({
      data: { tokenHash: hashToken(token), createdAt: new Date(nowMs), expiresAt: new Date(nowMs + SETUP_LINK_MS) },
    }),
  ]);
  return { projectId: project.id, setupToken: token };
}

async function prepareProject(database: Database, environment: Environment): Promise<{ readonly id: string }> {
  const project = await database.project.findFirst({ orderBy: { createdAt: 'asc' } });
  if (project) return project;
  const id = environment.bootstrapProjectId ?? randomBytes(16).toString('hex');
  return database.project.upsert({ where: { name: 'default' }, create: { id, name: 'default' }, update: {} });
}

async function makeBootstrapAdministrator(
  database: Database,
  environment: Environment,
  masterKey: MasterKey,
  projectId: string,
): Promise<void> {
  const { bootstrap, bootstrapAccessKey } = environment;
  if (!bootstrap) return;
  const passwordHash = await hashPassword(bootstrap.password);
  await database.$transaction(async (tx) => {
    if ((await tx.user.count()) > 0) return;
    const user = await tx.user.create({
      data: { email: bootstrap.email, name: bootstrap.email.split('@')[0] ?? bootstrap.email, passwordHash, role: 'admin' },
    });
    if (!bootstrapAccessKey) return;
    await tx.accessKey.create({
      data: {
        accessKey: bootstrapAccessKey.accessKey,
        secretSealed: seal(masterKey, accessKeyContext(bootstrapAccessKey.accessKey), new Secret(bootstrapAccessKey.secretKey)),
        userId: user.id,
        projectId,
      },
    });
  });
}
