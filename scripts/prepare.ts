/**
 * What must stand before anything runs: Prisma's client for the schema, and for the console a production build of the sources as they are.
 * Each step keeps the digest of its inputs and is skipped while that is unchanged, so a second `npm start` neither generates nor builds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot, runtimeEnvironment, runtimeNode } from './bootstrap.mjs';
import { generateDatabaseClients } from './prisma-generate.ts';

const BUILD_INPUTS = [
  'app',
  'components',
  'server',
  'public',
  'proxy.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'package-lock.json',
  'prisma/schema.prisma',
];
const NOT_INPUT = /\.(test|spec)\.tsx?$|(^|\/)generated(\/|$)/;

function addToDigest(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(projectRoot, path);
  if (!existsSync(full) || NOT_INPUT.test(path)) return;
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) addToDigest(hash, `${path}/${name}`);
    return;
  }
  hash.update(path).update('\0').update(readFileSync(full)).update('\0');
}

export function digestOf(inputs: readonly string[]): string {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of inputs) addToDigest(hash, path);
  return hash.digest('hex');
}

function once(stamp: string, digest: string, say: string, work: () => void): void {
  const file = join(projectRoot, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return;
  process.stderr.write(`${say} …\n`);
  const started = Date.now();
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
  process.stderr.write(`${say}: done in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

function run(args: readonly string[], what: string, environment: Record<string, string> = {}): void {
  const result = spawnSync(runtimeNode(), args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: runtimeEnvironment(environment),
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}\n${result.stderr}\n${what} failed. Nothing was started.\n`);
  process.exit(1);
}

/** Generates the database clients when the models have changed. */
export function prepareDatabaseClient(): void {
  generateDatabaseClients();
}

/** Builds the console when its sources have changed. */
export function prepareBuild(): void {
  prepareDatabaseClient();
  once('.next/.tidemark-build', digestOf(BUILD_INPUTS), 'Building the console (once per change of its sources)', () =>
    run(['node_modules/next/dist/bin/next', 'build'], 'The build', { NODE_ENV: 'production' }),
  );
}
