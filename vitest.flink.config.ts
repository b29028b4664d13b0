/** Long tests against a real Flink cluster (`*.flink.test.ts`), run by `npm run test:flink`; e2e/servers/vitest-servers.ts starts Kafka, S3 and PostgreSQL. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['server/**/*.flink.test.ts'],
    exclude: ['node_modules/**', '.next/**'],
    globalSetup: ['e2e/servers/vitest-servers.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});
