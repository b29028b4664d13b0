/**
 * Generates the database clients into server/db/generated (not kept in git): one for SQLite from prisma/schema.prisma, one for
 * PostgreSQL from the schema derived from it. Does nothing when the models and Prisma have not changed since the last time.
 *   node scripts/prisma-generate.ts [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modelsFile = join(root, 'prisma', 'schema.prisma');
const generated = join(root, 'server', 'db', 'generated');
const stampFile = join(generated, 'stamp');

/** The PostgreSQL schema of the same models. `output` is the client's folder, relative to where the text will be stored. */
export function postgresqlSchema(models: string, output: string): string {
  const derived = models
    .replace(/output\s*=\s*"[^"]*"/, `output                 = "${output}"`)
    .replace(/provider = "sqlite"/, 'provider = "postgresql"');
  if (derived.includes('"sqlite"'))
    throw new Error('prisma/schema.prisma: the datasource block is not as the PostgreSQL schema is derived from it');
  return derived;
}

function digest(): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(modelsFile));
  hash.update(readFileSync(join(root, 'node_modules', 'prisma', 'package.json')));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  return hash.digest('hex');
}

function generate(schemaFile: string): void {
  const cli = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  const result = spawnSync(process.execPath, [cli, 'generate', '--schema', schemaFile], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
  if (result.status !== 0) throw new Error(`prisma generate failed for ${schemaFile}:\n${result.stdout}${result.stderr}`);
}

/** Brings server/db/generated up to date; true when it had to. */
export function generateDatabaseClients(force = false): boolean {
  const wanted = digest();
  if (!force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return false;
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
  const postgresqlFile = join(generated, 'postgresql.prisma');
  writeFileSync(postgresqlFile, postgresqlSchema(readFileSync(modelsFile, 'utf8'), './postgresql'));
  generate(modelsFile);
  generate(postgresqlFile);
  writeFileSync(stampFile, wanted);
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stderr.write(
    generateDatabaseClients(process.argv.includes('--force')) ? 'Database clients generated.\n' : 'Database clients are up to date.\n',
  );
}
