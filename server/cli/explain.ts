/** `tidemark explain`: the plan of a script, as a tree or as JSON. */
import { explainJson, explainPlan } from '../engine/planner/explain.ts';
import type { Command } from './command.ts';
import { planScriptFile, SCRIPT_OPTIONS } from './script-file.ts';

export const explainCommand: Command = {
  name: 'explain',
  usage: 'explain FILE.sql [--set key=value]… [--json]',
  summary: 'print the plan: operators with uids, state, keys, changelog modes',
  options: SCRIPT_OPTIONS,
  async run(input, terminal) {
    const script = await planScriptFile(input, terminal);
    if (!script) return 2;
    terminal.out(input.flag('json') ? JSON.stringify(explainJson(script.plan), null, 2) : explainPlan(script.plan));
    return 0;
  },
};
