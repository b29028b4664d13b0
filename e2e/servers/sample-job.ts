/** The jar of the sample Maven project (e2e/flink/sample-job), built once for each state of its sources. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, runOnce } from './process.ts';

const PROJECT = join(import.meta.dirname, '..', 'flink', 'sample-job');

export const SAMPLE_MAIN_CLASS = 'sample.RunningSum';

/** Path of the jar. It has no Main-Class in its manifest. */
export function sampleJar(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(PROJECT, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(java|xml)$/.test(name)) hash.update(name).update(readFileSync(join(PROJECT, name)));
  }
  const jar = join(cacheFolder, `sample-job-${hash.digest('hex').slice(0, 16)}.jar`);
  if (existsSync(jar)) return jar;
  const staging = join(cacheFolder, `sample-job.${process.pid}`);
  mkdirSync(cacheFolder, { recursive: true });
  cpSync(PROJECT, staging, { recursive: true });
  runOnce('mvn', ['-q', '-B', 'package'], { cwd: staging });
  renameSync(join(staging, 'target', 'running-sum-1.jar'), jar);
  rmSync(staging, { recursive: true, force: true });
  return jar;
}
