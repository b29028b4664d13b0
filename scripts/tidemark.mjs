#!/usr/bin/env node
/** The command line `tidemark`; the same program is the package's bin. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installDependencies, projectRoot, runtimeEnvironment, runtimeNode } from './bootstrap.mjs';

installDependencies();
// Before the program is there, so that no signal ends this process and leaves it alone.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const child = spawn(
  runtimeNode(),
  ['--disable-warning=ExperimentalWarning', join(projectRoot, 'server/cli/main.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: runtimeEnvironment(),
  },
);
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
