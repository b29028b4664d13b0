/**
 * Nexmark queries on generated events, the embedded engine and (with --flink) a real Apache Flink in turn, on the same input in the same call.
 *
 *   nexmark --queries q0,q1 --events N --parallelism P --source file [--flink] [--times T]
 *
 * Speed is measured with blackhole sinks and checkpoints every 10 s. The embedded engine's seconds are wall time of the whole process,
 * start and planning included; Flink's are the job's duration as its JobManager says (cluster and gateway up, one warm-up job run before).
 * `resultChecksum` comes from a second run of each engine that writes its rows to files: SHA-256 over the sorted lines, numbers and keys
 * in one spelling, so that equal results have equal checksums; the first CHECKED_EVENTS events where N is larger.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { call, type FlinkCluster, FlinkSession, startFlink } from '../e2e/servers/flink.ts';
import { cpuSeconds, peakRssBytes, watchCost } from './process-cost.ts';
import type { Emit } from './record.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const CHECKED_EVENTS = 100_000;

interface Plan {
  readonly queries: readonly string[];
  readonly events: number;
  readonly parallelism: number;
  readonly times: number;
  readonly scratch: string;
}

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

interface Engine {
  readonly name: 'embedded' | 'flink';
  run(query: string, data: string, sink: string, parallelism: number): Promise<Cost>;
}

function events(count: number, parts: number): Promise<string> {
  const folder = join(tmpdir(), 'tidemark-nexmark', `${count}-${parts}`);
  if (existsSync(join(folder, '.complete'))) return Promise.resolve(folder);
  mkdirSync(folder, { recursive: true });
  const args = [join(here, 'nexmark-gen.mjs'), '--events', String(count), '--seed', '42', '--rate', '10000', '--out', folder];
  if (parts > 1) args.push('--parts', String(parts));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('exit', (code) => {
      if (code !== 0) return reject(new Error(`nexmark-gen.mjs exited with ${code}`));
      writeFileSync(join(folder, '.complete'), '');
      resolve(folder);
    });
  });
}

function statements(file: string, values: Readonly<Record<string, string>>): string[] {
  return readFileSync(join(here, 'nexmark', file), 'utf8')
    .replace(/^\s*--.*$/gm, '')
    .replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    .split(/;\s*(?:\n|$)/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function script(query: string, data: string, sink: string): string[] {
  const sinks = statements('ddl-sinks.sql', { SINK: sink }).filter((one) => one.includes(` out_${query} `));
  return [...statements('ddl-source.sql', { DATA: data }), ...sinks, ...statements(`${query}.sql`, {})];
}

function embedded(scratch: string): Engine {
  return {
    name: 'embedded',
    run: async (query, data, sink, parallelism) => {
      const folder = mkdtempSync(join(scratch, `${query}-`));
      const file = join(folder, 'script.sql');
      writeFileSync(
        file,
        script(query, data, sink)
          .map((one) => `${one};\n`)
          .join(''),
      );
      const args = ['--disable-warning=ExperimentalWarning', join(root, 'server/cli/main.ts'), 'run', file];
      args.push('--parallelism', String(parallelism), '--checkpoint-dir', `file://${folder}/checkpoints`);
      args.push('--set', 'execution.checkpointing.interval=10s', '--data-dir', join(folder, 'data'));
      const started = performance.now();
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      const cost = watchCost(child.pid as number);
      let errors = '';
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      const code = await new Promise((resolve) => child.on('exit', resolve));
      const seconds = (performance.now() - started) / 1000;
      if (code !== 0) throw new Error(`${query} failed on the embedded engine:\n${errors.slice(-2000)}`);
      return { seconds, ...cost.stop() };
    },
  };
}

interface FlinkJob {
  readonly state: string;
  readonly duration: number;
}

function flink(cluster: FlinkCluster): Engine {
  return {
    name: 'flink',
    run: async (query, data, sink, parallelism) => {
      const session = await FlinkSession.open(cluster, { 'execution.runtime-mode': 'streaming' });
      const settings = {
        'parallelism.default': String(parallelism),
        'execution.checkpointing.interval': '10s',
        'state.backend.type': 'hashmap',
        'pipeline.object-reuse': 'true',
        'restart-strategy.type': 'none',
      };
      for (const [key, value] of Object.entries(settings)) await session.run(`SET '${key}' = '${value}'`);
      const all = script(query, data, sink);
      for (const one of all.slice(0, -1)) await session.run(one);
      const cpuBefore = cpuSeconds(cluster.taskManagerPid);
      const job = await session.insert(all.at(-1) as string);
      for (;;) {
        const { state, duration } = await call<FlinkJob>('GET', `${cluster.rest}/jobs/${job}`);
        if (state === 'FINISHED') {
          await session.close();
          const cpu = cpuSeconds(cluster.taskManagerPid) - cpuBefore;
          return { seconds: duration / 1000, cpuSeconds: cpu, peakRssBytes: peakRssBytes(cluster.taskManagerPid) };
        }
        if (state === 'FAILED' || state === 'CANCELED') throw new Error(`${query} ended ${state} on Flink`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** 1.50 and 1.5, and keys in any order, are the same row. */
function canonical(line: string): string {
  const number = (text: string) => (/^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text);
  const row = JSON.parse(line.replace(/:(-?\d+(?:\.\d+)?)(?=[,}])/g, (_, text: string) => `:"#${number(text)}"`)) as Record<
    string,
    unknown
  >;
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function dataFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/(^|\/)[._]/.test(join(entry.parentPath, entry.name).slice(folder.length)))
    .map((entry) => join(entry.parentPath, entry.name));
}

function checksum(folder: string): string {
  const lines = dataFiles(folder)
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map(canonical)
    .sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

async function measure(engine: Engine, query: string, plan: Plan, data: string, checkedData: string, emit: Emit): Promise<void> {
  const out = join(plan.scratch, `${engine.name}-${query}`);
  await engine.run(query, checkedData, `'connector' = 'filesystem', 'path' = 'file://${out}', 'format' = 'json'`, 1);
  const resultChecksum = checksum(out);
  for (let i = 0; i < plan.times; i++) {
    const cost = await engine.run(query, data, "'connector' = 'blackhole'", plan.parallelism);
    emit({
      suite: 'nexmark',
      engine: engine.name,
      query,
      events: plan.events,
      parallelism: plan.parallelism,
      seconds: Number(cost.seconds.toFixed(3)),
      eventsPerSecond: Math.round(plan.events / cost.seconds),
      cpuSeconds: Number(cost.cpuSeconds.toFixed(2)),
      peakRssBytes: cost.peakRssBytes,
      resultChecksum,
    });
  }
}

export async function run(args: string[], emit: Emit): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      queries: { type: 'string', default: 'q0,q1,q2,q5' },
      events: { type: 'string', default: '5000000' },
      parallelism: { type: 'string', default: '1' },
      source: { type: 'string', default: 'file' },
      times: { type: 'string', default: '1' },
      flink: { type: 'boolean', default: false },
    },
  });
  if (values.source !== 'file') throw new Error(`--source ${values.source}: only file is known.`);
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const plan: Plan = {
    queries: values.queries.split(','),
    events: Number(values.events),
    parallelism: Number(values.parallelism),
    times: Number(values.times),
    scratch,
  };
  const data = await events(plan.events, plan.parallelism);
  const checkedData = await events(Math.min(plan.events, CHECKED_EVENTS), 1);
  for (const file of dataFiles(data)) readFileSync(file);
  const cluster = values.flink ? await startFlink(join(scratch, 'flink')) : null;
  const engines = [embedded(scratch), ...(cluster ? [flink(cluster)] : [])];
  try {
    if (cluster) await (engines[1] as Engine).run('q0', checkedData, "'connector' = 'blackhole'", 1);
    for (const query of plan.queries) for (const engine of engines) await measure(engine, query, plan, data, checkedData, emit);
  } finally {
    await cluster?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}
