/**
 * `npm run bench -- <suite> [options] [--json FILE]`: nexmark, state, restart, console. Each measured item is printed as one JSON line and, with
 * --json, written to the file. What the fields mean: the README of this folder.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import type { Emit } from './record.ts';

const SUITES: Readonly<Record<string, () => Promise<{ run(args: string[], emit: Emit): Promise<void> }>>> = {
  nexmark: () => import('./nexmark.ts'),
  state: () => import('./state.ts'),
  restart: () => import('./restart.ts'),
  console: () => import('./console.ts'),
};

const [suite = '', ...rest] = process.argv.slice(2);
const load = SUITES[suite];
if (!load) {
  process.stderr.write(`Unknown suite ${suite || '(none)'}. Known: ${Object.keys(SUITES).join(', ')}.\n`);
  process.exit(2);
}
const at = rest.indexOf('--json');
const file = at < 0 ? null : (rest[at + 1] ?? null);
if (at >= 0) rest.splice(at, 2);
if (file) writeFileSync(file, '');
const { run } = await load();
await run(rest, (record) => {
  const line = `${JSON.stringify(record)}\n`;
  process.stdout.write(line);
  if (file) appendFileSync(file, line);
});
