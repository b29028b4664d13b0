/** `tidemark stop`: stops a job of a server, with a savepoint unless told otherwise. */
import { type Command, UsageError } from './command.ts';
import { connectServer, findJob, finishAct, SERVER_OPTIONS } from './server-client.ts';

const MODES = ['savepoint', 'drain', 'without'] as const;

export const stopCommand: Command = {
  name: 'stop',
  usage: 'stop JOB [--mode savepoint|drain|without] [--no-wait] [--server URL] [--json]',
  summary: 'stop a job of a server, with a savepoint unless told otherwise',
  options: { ...SERVER_OPTIONS, mode: 'value', 'no-wait': 'flag' },
  async run(input, terminal) {
    const text = input.value('mode') ?? 'savepoint';
    const mode = MODES.find((known) => known === text);
    if (!mode) throw new UsageError(`--mode takes ${MODES.join(', ')}, not '${text}'.`);
    const client = await connectServer(input, terminal);
    const { id: jobId } = await findJob(client, input.arguments[0]);
    const { results } = await client.call('stopJobs', { body: { jobs: [{ jobId, mode }] } });
    return finishAct(client, results, input, terminal);
  },
};
