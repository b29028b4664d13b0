/**
 * The SQL oracle: every script of the corpus (results of real Flink, see corpus/README.md) through the command line `tidemark run`.
 *
 * - A script in scope must give Flink's rows, or be refused or fail where Flink refuses or fails.
 * - A script in differs.txt gives other rows in the way that stands there; it counts as neither passed nor failed.
 * - A script whose SQL the embedded engine does not run yet stands in not-supported.txt: it must be refused before anything runs (exit 2,
 *   `LINE:COLUMN`, the words "not supported"). One that has begun to pass must leave the list, so that the list cannot hide a regression.
 *
 *   node e2e/sql/main.ts [--only regex] [--jobs N] [--json FILE] [--extra-set "SET …;"]
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scriptsIn } from './scope.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'string' },
    'extra-set': { type: 'string', default: '' },
  },
});

interface Outcome {
  readonly id: string;
  readonly passed: boolean;
  readonly detail: string;
}

async function runCorpus(): Promise<Outcome[]> {
  const command = `'${process.execPath}' --disable-warning=ExperimentalWarning '${join(root, 'server/cli/main.ts')}' run {file}`;
  const args = [join(here, 'corpus', 'run.mjs'), '--cmd', command, '--cwd', root, '--jobs', values.jobs, '--verbose'];
  if (values.only) args.push('--only', values.only);
  if (values['extra-set']) args.push('--extra-set', values['extra-set']);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const blocks = text.split(/^(?=FAIL |ok {3})/m).filter((block) => /^(FAIL|ok) /.test(block));
  return blocks.map((block) => {
    const [head = '', ...rest] = block.split('\n');
    return {
      id: head.slice(5).trim(),
      passed: head.startsWith('ok'),
      detail: rest
        .filter((line) => !/^\d+ passed/.test(line))
        .join('\n')
        .trimEnd(),
    };
  });
}

const notSupported = scriptsIn('not-supported.txt');
const differs = scriptsIn('differs.txt');
const only = values.only ? new RegExp(values.only) : null;

/** Why an outcome is a failure of this suite, or null. */
function fault(outcome: Outcome): string | null {
  if (differs.has(outcome.id)) return outcome.passed ? 'passes: take it off differs.txt' : null;
  if (!notSupported.has(outcome.id)) return outcome.passed ? null : outcome.detail;
  if (outcome.id.startsWith('refused/')) return outcome.passed ? null : outcome.detail;
  if (outcome.passed) return 'passes: take it off not-supported.txt';
  const refused = /^\s*exit 2\b/m.test(outcome.detail) && /:\d+:\d+: /.test(outcome.detail) && /not supported/.test(outcome.detail);
  return refused ? null : `should be refused as not supported, with its place:\n${outcome.detail}`;
}

const outcomes = await runCorpus();
const ran = new Set(outcomes.map((one) => one.id));
const missing = [...notSupported, ...differs].filter((id) => !ran.has(id) && (!only || only.test(id)) && !values['extra-set']);
let failed = missing.length;
for (const id of missing) console.log(`FAIL ${id}\n     stands in a list of this folder, but there is no such script`);
for (const outcome of outcomes) {
  const why = fault(outcome);
  if (why === null) continue;
  failed++;
  console.log(`FAIL ${outcome.id}\n${why}`);
}
const passed = outcomes.filter((one) => fault(one) === null && !differs.has(one.id)).length;
const asFlink = outcomes.filter((one) => one.passed).length;
console.log(
  `as Flink: ${asFlink} of ${outcomes.length} scripts; refused as not supported: ${outcomes.filter((one) => notSupported.has(one.id) && !one.passed).length}`,
);
console.log(`${passed} passed, ${failed} failed`);
if (values.json) writeFileSync(values.json, JSON.stringify({ passed, failed, asFlink, scripts: outcomes.length }));
process.exit(failed === 0 ? 0 : 1);
