/**
 * The commands of package.json: makes sure that dependencies are there, then runs the command's own program on a new enough Node.js.
 *   node scripts/run.mjs start|test|dev|bench|check|test:crash|test:flink [arguments]
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDependencies, projectRoot, runtimeEnvironment, runtimeNode } from './bootstrap.mjs';

const PROGRAMS = {
  start: 'scripts/start.ts',
  dev: 'scripts/dev.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  bench: 'bench/main.ts',
  'test:crash': 'e2e/crash/main.ts',
  'test:flink': 'e2e/flink/main.ts',
};

const [command, ...rest] = process.argv.slice(2);
const program = PROGRAMS[command];
if (!program || !existsSync(join(projectRoot, program))) {
  process.stderr.write(`Unknown command ${command ?? ''}. Known: ${Object.keys(PROGRAMS).join(', ')}.\n`);
  process.exit(2);
}
installDependencies();
const child = spawn(runtimeNode(), ['--disable-warning=ExperimentalWarning', join(projectRoot, program), ...rest], {
  cwd: projectRoot,
  stdio: 'inherit',
  env: runtimeEnvironment(),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
