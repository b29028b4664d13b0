/** Tests against real servers (`*.server.test.ts`), run one file at a time; e2e/servers/vitest-servers.ts starts what they talk to. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/**/*.server.test.ts',
      'e2e/servers/**/*.server.test.ts',
      'e2e/crash/**/*.server.test.ts',
      'e2e/clients/**/*.server.test.ts',
      'e2e/refusals/**/*.server.test.ts',
    ],
    exclude: ['node_modules/**', '.next/**'],
    globalSetup: ['e2e/servers/vitest-servers.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
