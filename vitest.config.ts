/** Unit, property and simulation tests beside the source. Tests against real servers are `*.server.test.ts` and run apart. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/**/*.test.ts',
      'components/**/*.test.ts',
      'components/**/*.test.tsx',
      'app/**/*.test.ts',
      'e2e/rules/*.test.ts',
      'e2e/crash/checker/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/*.server.test.ts', '**/*.flink.test.ts', 'node_modules/**', '.next/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
