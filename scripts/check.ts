/** `npm run check`: format, lint, types and the rules of the house; what one runs before a commit. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot, runtimeEnvironment, runtimeNode } from './bootstrap.mjs';
import { prepareDatabaseClient } from './prepare.ts';

prepareDatabaseClient();
const steps: readonly (readonly string[])[] = [
  ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['node_modules/typescript/bin/tsc', '--noEmit'],
  ['node_modules/vitest/vitest.mjs', 'run', 'e2e/rules', '--reporter=dot'],
];
for (const [program, ...args] of steps) {
  const result = spawnSync(runtimeNode(), [join(projectRoot, program as string), ...args], {
    cwd: projectRoot,
    stdio: 'inherit',
    env: runtimeEnvironment(),
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
