/** `tidemark import`: makes a snapshot in the object store known to a job. The six checks are shown first. */
import { type Command, UsageError } from './command.ts';
import { connectServer, findJob, finishAct, SERVER_OPTIONS } from './server-client.ts';

export const importCommand: Command = {
  name: 'import',
  usage: 'import JOB obs://BUCKET/FOLDER [--accept] [--no-wait] [--server URL] [--json]',
  summary: 'import a savepoint or checkpoint into a job of a server',
  options: { ...SERVER_OPTIONS, accept: 'flag', 'no-wait': 'flag' },
  async run(input, terminal) {
    const path = input.arguments[1];
    if (path === undefined) throw new UsageError('Give the folder of the snapshot.');
    const client = await connectServer(input, terminal);
    const { id, name } = await findJob(client, input.arguments[0]);
    const params = { jobId: String(id) };
    const preview = await client.call('previewImport', { params, body: { path } });
    for (const { check, result, message } of preview.checks) terminal.note(`${result.padEnd(7)} ${check}: ${message}`);
    terminal.note(preview.sentence);
    if (preview.canImport === 'no') return 1;
    if (preview.canImport === 'with-name' && !input.flag('accept')) {
      terminal.note('Nothing was changed. Add --accept to import it all the same.');
      return 1;
    }
    const body = preview.canImport === 'with-name' ? { path, typedName: name } : { path };
    const { results } = await client.call('importSavepoint', { params, body });
    return finishAct(client, results, input, terminal);
  },
};
