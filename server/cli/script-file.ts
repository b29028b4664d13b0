/** Reads and plans the script a command was given; says problems as `FILE:LINE:COLUMN: message`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CONNECTOR_NAMES, connectorOf } from '../engine/connectors/registry.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import { planScript } from '../engine/planner/plan-script.ts';
import { type CommandInput, type Terminal, UsageError } from './command.ts';

export interface PlannedScript {
  readonly file: string;
  readonly sql: string;
  readonly plan: PhysicalPlan;
  readonly settings: Readonly<Record<string, string>>;
}

export const SCRIPT_OPTIONS = { set: 'list', json: 'flag' } as const;

/** Null when the script was refused: everything is said, the command ends with exit code 2. */
export async function planScriptFile(input: CommandInput, terminal: Terminal): Promise<PlannedScript | null> {
  const [file, ...more] = input.arguments;
  if (file === undefined || more.length > 0) throw new UsageError('Name one SQL file.');
  const settings = readSettings(input.list('set'));
  let sql: string;
  try {
    sql = await readFile(resolve(terminal.workingDirectory, file), 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`${file} cannot be read: ${missing ? 'there is no such file' : (error as Error).message}.`);
  }
  const outcome = planScript({ sql, settings, connectorOf, connectorNames: CONNECTOR_NAMES, bareSelect: 'collect', allowLocalFiles: true });
  if (outcome.kind === 'planned') {
    for (const { line, column, message } of outcome.plan.warnings) terminal.note(`${file}:${line}:${column}: warning: ${message}`);
    return { file, sql, plan: outcome.plan, settings };
  }
  if (input.flag('json')) {
    const problems = outcome.problems.map(({ message, line, column, endLine, endColumn, replacement }) => {
      return { message, line, column, endLine, endColumn, replacement };
    });
    terminal.out(JSON.stringify({ file, ok: false, problems }));
  }
  for (const { line, column, message } of outcome.problems) terminal.note(`${file}:${line}:${column}: ${message}`);
  return null;
}

function readSettings(pairs: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new UsageError(`--set takes key=value, not '${pair}'.`);
    settings[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
  }
  return settings;
}
