/**
 * Prepares a fresh clone: installs what the lockfile names, when it has not been installed yet for this lockfile and this Node.js.
 * Plain JavaScript without dependencies, works on Node.js >= 20.20. Run by `prestart` and `pretest`, and by every command before it starts.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MINIMUM = [20, 20];
/** The oldest Node.js that runs the sources themselves (type stripping, and what the Kafka and AWS clients ask for). */
const NODE_RUNTIME_MAJOR = 24;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function nodeVersion() {
  return process.versions.node.split('.').map(Number);
}

/** Path of the Node.js that runs everything: this one where it is new enough, else the one from the platform package. */
export function runtimeNode() {
  if (nodeVersion()[0] >= NODE_RUNTIME_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const folder = join(projectRoot, 'node_modules', `node-${platform}-${process.arch}`, 'bin');
  const binary = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  return fail(
    `Node.js ${process.versions.node} is too old to run Tidemark, and no package of Node.js ${NODE_RUNTIME_MAJOR} exists for ${process.platform}-${process.arch}. ` +
      `Install Node.js ${NODE_RUNTIME_MAJOR} or newer and run the command again.`,
  );
}

/** Environment of every child: the runtime's node first on the PATH; Prisma's commands must not look for an engine to download. */
export function runtimeEnvironment(extra = {}) {
  const node = runtimeNode();
  const separator = process.platform === 'win32' ? ';' : ':';
  return {
    ...process.env,
    PATH: `${dirname(node)}${separator}${process.env.PATH ?? ''}`,
    PRISMA_SCHEMA_ENGINE_BINARY: node,
    NEXT_TELEMETRY_DISABLED: '1',
    ...extra,
  };
}

function checkNode() {
  const [major, minor] = nodeVersion();
  if (major < NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor < NODE_MINIMUM[1])) {
    fail(`Tidemark needs Node.js ${NODE_MINIMUM.join('.')} or newer; this is ${process.versions.node}.`);
  }
}

function installDigest() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(projectRoot, 'package-lock.json')));
  hash.update(`${process.platform}-${process.arch}`);
  return hash.digest('hex');
}

/** Installs by the lockfile when the stamp of the last install is another one. */
export function installDependencies() {
  checkNode();
  const stampFile = join(projectRoot, 'node_modules', '.tidemark-install');
  const digest = installDigest();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest) return;
  process.stderr.write('Installing dependencies (once per lockfile) …\n');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const result = spawnSync(command, [...args, 'ci', '--include=optional', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectRoot,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: '', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
    shell: !npm && process.platform === 'win32',
  });
  if (result.status !== 0) fail(`npm ci failed (${result.error?.message ?? `exit ${result.status}`}). Nothing else was changed.`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) installDependencies();
