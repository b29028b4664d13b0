/** Starts one Kafka, one S3 server and one PostgreSQL for all `*.server.test.ts` and tells them where by environment variables. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startS3 } from './s3.ts';

export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-servers-'));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user, who must get through
  const [kafka, s3, postgres] = await Promise.all([
    startKafka({ folder: join(folder, 'kafka') }),
    startS3({ folder: join(folder, 's3') }),
    startPostgres({ folder: join(folder, 'postgres') }),
  ]);
  process.env.TIDEMARK_TEST_KAFKA = kafka.brokers;
  process.env.TIDEMARK_TEST_S3_ENDPOINT = s3.endpoint;
  process.env.TIDEMARK_TEST_S3_ACCESS_KEY = s3.accessKey;
  process.env.TIDEMARK_TEST_S3_SECRET_KEY = s3.secretKey;
  process.env.TIDEMARK_TEST_POSTGRES_URL = postgres.url;
  return async () => {
    await Promise.all([kafka.kill(), s3.kill(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}
