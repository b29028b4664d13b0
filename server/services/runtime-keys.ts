/** Runtime Configuration, line by line: by the planner's own rules, with the values of global variables in it. A Flink cluster judges its keys itself. */

import type { UserCall } from '../auth/caller.ts';
import { engineOfQueue } from '../connections/flink-clusters.ts';
import type { JobOptionName } from '../contract/job-options.ts';
import { recognise } from '../contract/recognise.ts';
import type { RuntimeKey, RuntimeMark } from '../contract/runtime-keys.ts';
import { messageOf, say, type Told } from '../contract/said.ts';
import { checkSetting } from '../engine/planner/job-options.ts';
import { IGNORED_SETTINGS, IGNORED_TABLE_SETTINGS, USED_SETTINGS } from '../engine/planner/setting-keys.ts';
import { fillInSettings } from '../variables/fill-in.ts';
import { readVariables } from '../variables/read-variables.ts';
import type { ConsoleContext } from './context.ts';

/** Running parameters as contract/job-settings.ts writes them, and Flink's older names of the same. */
const OVERRIDES: Readonly<Record<string, JobOptionName>> = {
  'parallelism.default': 'parallelism',
  'table.exec.resource.default-parallelism': 'parallelism',
  'table.exec.state.ttl': 'idleStateRetentionSeconds',
  'execution.checkpointing.interval': 'checkpointIntervalSeconds',
  'execution.checkpointing.mode': 'checkpointMode',
  'execution.checkpointing.timeout': 'checkpointTimeoutSeconds',
  'execution.checkpointing.num-retained': 'checkpointsRetained',
  'state.checkpoints.num-retained': 'checkpointsRetained',
};

const KEYS: readonly RuntimeKey[] = [
  ...Object.entries(USED_SETTINGS).map(([key, value]): RuntimeKey => {
    const overrides = OVERRIDES[key] ?? null;
    return typeof value === 'string'
      ? { key, takes: value, choices: [], hasEffect: true, overrides }
      : { key, takes: 'choice', choices: [...value], hasEffect: true, overrides };
  }),
  ...[...IGNORED_SETTINGS, ...IGNORED_TABLE_SETTINGS].map(
    (key): RuntimeKey => ({ key, takes: 'text', choices: [], hasEffect: false, overrides: null }),
  ),
];

export async function listRuntimeKeys(): Promise<{ keys: RuntimeKey[] }> {
  return { keys: [...KEYS] };
}

interface Line {
  readonly number: number;
  readonly key: string;
  readonly value: string;
}

export async function checkRuntimeConfiguration(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly text: string; readonly queueName: string },
): Promise<{ marks: RuntimeMark[] }> {
  const { projectId } = call.caller;
  const variables = await readVariables(context.database, projectId);
  const isForFlink = (await engineOfQueue(context.database, projectId, input.queueName)) === 'flink';
  const marks: RuntimeMark[] = [];
  const add = (line: number, severity: RuntimeMark['severity'], told: Told, replacement: string | null = null) => {
    const { message, said } = messageOf(told);
    marks.push({ line, severity, message, said: [...said], replacement });
  };
  const lines = new Map<string, Line>();
  for (const [index, raw] of input.text.split('\n').entries()) {
    const number = index + 1;
    const text = raw.trim();
    if (text === '' || text.startsWith('#')) continue;
    const equals = text.indexOf('=');
    if (equals < 1) {
      add(number, 'error', say('said.setting.noEquals', { text }));
      continue;
    }
    const line = { number, key: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
    const former = lines.get(line.key);
    if (former) add(former.number, 'warning', say('said.setting.twice', { key: line.key, line: number }));
    lines.set(line.key, line);
  }
  for (const { number, key, value } of lines.values()) {
    const settings = fillInSettings({ [key]: value }, variables);
    if ('problem' in settings) {
      add(number, 'error', settings.problem);
      continue;
    }
    const check = checkSetting(key, settings.filled[key] as string);
    if (check.kind === 'used' || (isForFlink && check.kind !== 'badValue')) continue;
    const near = check.kind === 'unknown' ? check.near : null;
    add(number, check.kind === 'ignored' ? 'warning' : 'error', recognise(check.message), near);
  }
  return { marks: marks.sort((a, b) => a.line - b.line) };
}
