/** Flink's own loader of `_metadata` (e2e/flink/metadata-loader), compiled once against the jars of each version and asked by a process. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type FlinkVersion, flinkHome } from './flink-home.ts';
import { cacheFolder, runOnce } from './process.ts';

const SOURCE = join(import.meta.dirname, '..', 'flink', 'metadata-loader', 'LoadMetadata.java');

function compiled(version: FlinkVersion): string {
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, `metadata-loader-${version}-${digest}`);
  if (existsSync(folder)) return folder;
  const staging = `${folder}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  runOnce('javac', ['-cp', join(flinkHome(version), 'lib', '*'), '-d', staging, SOURCE]);
  renameSync(staging, folder);
  return folder;
}

/** One answer a path, in their order, as the program prints it. */
export function loadByFlink<T>(version: FlinkVersion, paths: readonly string[]): T[] {
  const classpath = [compiled(version), join(flinkHome(version), 'lib', '*')].join(':');
  const ran = spawnSync('java', ['-cp', classpath, 'LoadMetadata', ...paths], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (ran.status !== 0) throw new Error(`Flink's loader ended with ${ran.status}:\n${ran.stderr.slice(-2_000)}`);
  return ran.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}
