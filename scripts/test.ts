/**
 * `npm test`: every suite in turn, all of them even when one fails, then one line `N passed, N failed` summed over all.
 *   npm test -- [suite …]      only these: format, types, unit, oracle, servers, browser
 * A skipped test counts as failed under CI, because a check that did not run is no check.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, runtimeEnvironment, runtimeNode } from './bootstrap.mjs';
import { prepareBuild, prepareDatabaseClient } from './prepare.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
const skippedFails = process.env.CI !== undefined && process.env.CI !== '';

function run(program: string, args: readonly string[], environment: Record<string, string> = {}): number {
  const result = spawnSync(runtimeNode(), ['--disable-warning=ExperimentalWarning', join(projectRoot, program), ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: runtimeEnvironment(environment),
  });
  return result.status ?? 1;
}

function one(program: string, args: readonly string[]): Tally {
  return run(program, args) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A suite that ended without a report, or with a file that could not be loaded, has failed. */
function vitest(config: string): Tally {
  const file = join(scratch, `${config}.json`);
  const status = run('node_modules/vitest/vitest.mjs', [
    'run',
    '--config',
    config,
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const unloaded = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0).length;
  const skipped = skippedFails ? report.numPendingTests + report.numTodoTests : 0;
  const failed = report.numFailedTests + unloaded + skipped;
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
}

interface BrowserReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number; readonly skipped: number };
}

function browser(): Tally {
  prepareBuild();
  const file = join(scratch, 'browser.json');
  const status = run('node_modules/@playwright/test/cli.js', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { stats } = JSON.parse(readFileSync(file, 'utf8')) as BrowserReport;
  const failed = stats.unexpected + stats.flaky + (skippedFails ? stats.skipped : 0);
  return { passed: stats.expected, failed: failed === 0 && status !== 0 ? 1 : failed };
}

function oracle(): Tally {
  const file = join(scratch, 'oracle.json');
  run('e2e/sql/main.ts', ['--json', file]);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : { passed: 0, failed: 1 };
}

const suites: Readonly<Record<string, () => Tally>> = {
  format: () => one('node_modules/@biomejs/biome/bin/biome', ['ci', '--colors=off', '--error-on-warnings', '.']),
  types: () => one('node_modules/typescript/bin/tsc', ['--noEmit']),
  unit: () => vitest('vitest.config.ts'),
  oracle,
  servers: () => vitest('vitest.server.config.ts'),
  browser,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  process.stderr.write(`Unknown suite ${unknown.join(', ')}. Known: ${Object.keys(suites).join(', ')}.\n`);
  process.exit(2);
}
prepareDatabaseClient();
let passed = 0;
let failed = 0;
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n── ${name} ──\n`);
  const started = Date.now();
  const tally = suite();
  passed += tally.passed;
  failed += tally.failed;
  process.stdout.write(`${name}: ${tally.passed} passed, ${tally.failed} failed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
