/**
 * The local folder of a run: `<data dir>/runs/<jobId>/<runId>/` with run.json (the specification, mode 600) and process.json (the process that runs
 * it) or flink.json (its job in a cluster, once that is known to have taken it).
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSpec } from '../engine/runtime/wire.ts';
import { localSocketAddress } from '../lib/socket-path.ts';
import { type ProcessIdentity, parseIdentity } from './embedded/process-identity.ts';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export interface RunFolder {
  readonly path: string;
  readonly controlSocket: string;
  readonly outputFile: string;
}

/** Both ids are of letters, digits, `.`, `_` and `-`. */
export function runFolder(dataDir: string, jobId: string, runId: string): RunFolder {
  for (const name of [jobId, runId]) if (!SAFE_NAME.test(name)) throw new Error(`'${name}' cannot name a run folder`);
  const path = join(dataDir, 'runs', jobId, runId);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return { path, controlSocket: localSocketAddress(join(path, 'control.sock')), outputFile: join(path, 'output.log') };
}

export function writeSpec(folder: RunFolder, spec: RunSpec): void {
  writeWhole(join(folder.path, 'run.json'), JSON.stringify(spec));
}

/** Null when it was forgotten, or the data directory is another one. */
export function readSpec(folder: RunFolder): RunSpec | null {
  try {
    return JSON.parse(readFileSync(join(folder.path, 'run.json'), 'utf8')) as RunSpec;
  } catch {
    return null;
  }
}

export function writeSubmitted(folder: RunFolder, flinkJobId: string): void {
  writeWhole(join(folder.path, 'flink.json'), JSON.stringify({ flinkJobId }));
}

/** Id of the job that the cluster is known to have taken; null when that is not known. */
export function readSubmitted(folder: RunFolder): string | null {
  try {
    return (JSON.parse(readFileSync(join(folder.path, 'flink.json'), 'utf8')) as { flinkJobId: string }).flinkJobId;
  } catch {
    return null;
  }
}

export function writeProcess(folder: RunFolder, identity: ProcessIdentity): void {
  writeWhole(join(folder.path, 'process.json'), JSON.stringify(identity));
}

export function readProcess(folder: RunFolder): ProcessIdentity | null {
  try {
    return parseIdentity(readFileSync(join(folder.path, 'process.json'), 'utf8'));
  } catch {
    return null;
  }
}

export function removeRunFolder(folder: RunFolder): void {
  rmSync(folder.path, { recursive: true, force: true });
  if (process.platform !== 'win32') rmSync(folder.controlSocket, { force: true });
}

/** Whole or not at all, and only for this user. */
function writeWhole(file: string, text: string): void {
  const staged = `${file}.new`;
  const handle = openSync(staged, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(staged, file);
}
