/** `tidemark logs`: the log of a job's newest run, or of a run by number; with `--follow` until it is interrupted. */
import type { RouteAnswer } from '../contract/routes.ts';
import { type Command, UsageError } from './command.ts';
import { connectServer, findJob, SERVER_OPTIONS } from './server-client.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const FOLLOW_MS = 1000;

export const logsCommand: Command = {
  name: 'logs',
  usage: 'logs JOB [--run NUMBER] [--level debug|info|warn|error] [--follow] [--server URL] [--json]',
  summary: 'show the log of a job of a server',
  options: { ...SERVER_OPTIONS, run: 'value', level: 'value', follow: 'flag' },
  async run(input, terminal) {
    const text = input.value('level') ?? 'info';
    const level = LEVELS.find((known) => known === text);
    if (!level) throw new UsageError(`--level takes ${LEVELS.join(', ')}, not '${text}'.`);
    const run = input.value('run');
    if (run !== null && !/^[1-9]\d*$/.test(run)) throw new UsageError(`--run takes the number of a run, not '${run}'.`);
    const client = await connectServer(input, terminal);
    const { id } = await findJob(client, input.arguments[0]);
    const query = { level, ...(run === null ? {} : { run: Number(run) }) };
    let after: number | null = null;
    do {
      const answer: RouteAnswer<'getJobLogs'> = await client.call('getJobLogs', {
        params: { jobId: String(id) },
        query: after === null ? query : { ...query, after },
      });
      for (const line of answer.lines) {
        terminal.out(
          input.flag('json')
            ? JSON.stringify(line)
            : [line.at === null ? '' : new Date(line.at).toISOString(), line.level.toUpperCase(), line.text].filter(Boolean).join(' '),
        );
      }
      after = answer.end;
      if (input.flag('follow')) await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    } while (input.flag('follow'));
    return 0;
  },
};
