/** The program `tidemark`: finds the command, loads only its file, and turns its answer into an exit code. */
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { type Command, UsageError } from './command.ts';
import { parseArguments } from './parse-arguments.ts';
import { createStandardTerminal } from './standard-terminal.ts';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  jobs: async () => (await import('./jobs.ts')).jobsCommand,
  start: async () => (await import('./start.ts')).startCommand,
  stop: async () => (await import('./stop.ts')).stopCommand,
  snapshots: async () => (await import('./snapshots.ts')).snapshotsCommand,
  import: async () => (await import('./import.ts')).importCommand,
  logs: async () => (await import('./logs.ts')).logsCommand,
};

// Commands are loaded after this: from the second run on, their files need not be compiled again. The cache lies in the project, since a
// shared folder for temporary files could be planted.
enableCompileCache(join(dirname(dirname(import.meta.dirname)), 'node_modules', '.cache', 'tidemark'));
const terminal = createStandardTerminal();

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await printHelp();
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    terminal.note(`There is no command '${name}'. Commands: ${Object.keys(COMMANDS).join(', ')}.`);
    return 2;
  }
  const command = await load();
  try {
    if (rest.includes('--help')) {
      terminal.out(`Usage: tidemark ${command.usage}`);
      return 0;
    }
    return await command.run(parseArguments(rest, command.options), terminal);
  } catch (error) {
    if ((error as Error).name === 'ServerError') {
      terminal.note((error as Error).message);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    terminal.note(error.message);
    terminal.note(`Usage: tidemark ${command.usage}`);
    return 2;
  }
}

async function printHelp(): Promise<void> {
  terminal.out('Usage: tidemark <command> …\n');
  for (const load of Object.values(COMMANDS)) {
    const { usage, summary } = await load();
    terminal.out(`  ${usage}\n      ${summary}`);
  }
}

function crash(error: unknown): void {
  terminal.flush();
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

process.chdir(terminal.workingDirectory);
main(process.argv.slice(2)).then((code) => {
  terminal.flush();
  process.exit(code);
}, crash);
