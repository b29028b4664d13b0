/**
 * `npm run test:crash -- [--kills N] [--seed S] [--kind job|console|both] [--source kafka|datagen] [--postgres on|off]
 * [--rate N] [--parallelism P]`: the crash campaign.
 * Prints what was killed where, how long recovery took and what the checker found. Exit 1: a record was lost, doubled or wrong, the job did not come
 * back, or a fault of the schedule did not happen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../servers/kafka.ts';
import { Campaign, type CampaignReport } from './campaign.ts';
import { type Kind, killSchedule } from './schedule.ts';
import { PHASES } from './store-proxy.ts';

/** Each phase must hold at least this share of all kills. */
const SHARE_LEAST = 0.1;
const KINDS: readonly Kind[] = ['job', 'console', 'both'];

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'both' },
    source: { type: 'string', default: 'kafka' },
    postgres: { type: 'string', default: 'on' },
    rate: { type: 'string', default: '400' },
    parallelism: { type: 'string', default: '1' },
  },
});

function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function tell(report: CampaignReport): boolean {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const counts = (map: ReadonlyMap<string, number>) => [...map].map(([name, times]) => `${name} ${times}`).join(', ');
  const sorted = [...report.recoveryMs].sort((a, b) => a - b);
  print(
    `kills ${report.kills} in ${Math.round(report.seconds)} s; by phase: ${counts(report.byPhase)}; by victim: ${counts(report.byVictim)}`,
  );
  print(`from a kill to the second checkpoint behind it: p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms`);
  for (const { output, kind, key, detail } of report.differences.slice(0, 50)) print(`${output}: ${kind} ${key}: ${detail}`);
  const found = (kind: string) => report.differences.filter((one) => one.kind === kind).length;
  print(`records ${report.records}: ${found('lost')} lost, ${found('doubled')} doubled, ${found('wrong') + found('unexpected')} wrong`);
  print(`95 % upper bound of a failure a kill: ${(300 / report.kills).toFixed(2)} %`);
  print(
    `machine: ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`,
  );
  const thin = PHASES.filter((phase) => (report.byPhase.get(phase) ?? 0) < report.kills * SHARE_LEAST);
  if (thin.length > 0) print(`Too few kills inside ${thin.join(', ')}: this run proves nothing of them.`);
  return report.differences.length === 0 && thin.length === 0 && report.records > 0;
}

async function main(): Promise<number> {
  const kind = KINDS.find((one) => one === values.kind);
  const [kills, seed, rate] = [Number(values.kills), Number(values.seed), Number(values.rate)];
  if (!kind || !(kills >= 12) || !Number.isInteger(seed)) {
    process.stderr.write('--kills takes a number from 12, --seed a whole number, --kind one of job, console, both.\n');
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-crash-'));
  const kafka = values.source === 'kafka' ? await startKafka({ folder: `${scratch}-kafka` }) : null;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    const campaign = await Campaign.open({
      scratch,
      brokers: kafka?.brokers ?? null,
      withPostgres: values.postgres === 'on',
      perSecond: rate,
      parallelism: Number(values.parallelism),
      say,
    });
    let isGood = false;
    try {
      isGood = tell(await campaign.run(killSchedule(seed, kills, kind)));
      return isGood ? 0 : 1;
    } finally {
      if (!isGood) say(`What was written is kept in ${scratch}.`);
      await campaign.close(!isGood);
    }
  } finally {
    await kafka?.kill();
    rmSync(`${scratch}-kafka`, { recursive: true, force: true });
  }
}

process.exit(await main());
