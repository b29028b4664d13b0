/**
 * The unmodified Huawei Cloud SDK for Python, installed once per machine by pip into a virtual environment of its own. `runSdkCheck` runs
 * dli_sdk_check.py with it against a server and gives back the checks that passed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, runOnce } from '../servers/process.ts';

const VERSION = '3.1.219';

/** Path of a Python that has the SDK. */
export function pythonWithSdk(): string {
  const home = join(cacheFolder, `huaweicloudsdkdli-${VERSION}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  mkdirSync(cacheFolder, { recursive: true });
  const staging = `${home}.${process.pid}`;
  runOnce('python3', ['-m', 'venv', staging]);
  const packages = [`huaweicloudsdkcore==${VERSION}`, `huaweicloudsdkdli==${VERSION}`];
  runOnce(join(staging, 'bin', 'python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages]);
  renameSync(staging, home);
  return python;
}

export interface SdkCheckOptions {
  readonly url: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The SDK writes an id of its installation to the home folder. */
  readonly homeFolder: string;
}

export interface SdkCheckAnswer {
  /** Names of the checks that passed, in order. */
  readonly passed: readonly string[];
  /** What the last line told: ids for looking further. */
  readonly told: Readonly<Record<string, number | string>>;
}

/** Rejects with the program's own words when a check fails. */
export async function runSdkCheck(options: SdkCheckOptions): Promise<SdkCheckAnswer> {
  const { url, projectId, accessKey, secretKey, homeFolder } = options;
  const script = join(import.meta.dirname, 'dli_sdk_check.py');
  const env = { ...process.env, HOME: homeFolder, NO_PROXY: '127.0.0.1', DLI_SECRET_KEY: secretKey };
  const child = spawn(pythonWithSdk(), ['-u', script, url, projectId, accessKey], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const lines = out.trim().split('\n');
  if (code !== 0) throw new Error(`dli_sdk_check.py ended with ${code} after: ${lines.at(-1)}\n${err.slice(-4000)}`);
  const passed = lines.flatMap((line) => (line.startsWith('ok ') ? [line.slice(3)] : []));
  return { passed, told: JSON.parse(lines.at(-1) ?? '{}') as SdkCheckAnswer['told'] };
}
