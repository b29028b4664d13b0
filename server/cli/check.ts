/** `tidemark check`: is the script right? Nothing is run, nothing outside is asked. */
import type { Command } from './command.ts';
import { planScriptFile, SCRIPT_OPTIONS } from './script-file.ts';

export const checkCommand: Command = {
  name: 'check',
  usage: 'check FILE.sql [--set key=value]… [--json]',
  summary: 'validate a script',
  options: SCRIPT_OPTIONS,
  async run(input, terminal) {
    const script = await planScriptFile(input, terminal);
    if (!script) return 2;
    const { warnings, nodes } = script.plan;
    if (input.flag('json')) terminal.out(JSON.stringify({ file: script.file, ok: true, problems: [], warnings }));
    else terminal.note(`${script.file}: no problems, ${nodes.length} operators.`);
    return 0;
  },
};
