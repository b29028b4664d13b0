/** `tidemark snapshots`: the snapshots of a job, newest first. */
import type { Command } from './command.ts';
import { connectServer, findJob, SERVER_OPTIONS } from './server-client.ts';
import { textTable } from './text-table.ts';

export const snapshotsCommand: Command = {
  name: 'snapshots',
  usage: 'snapshots JOB [--server URL] [--json]',
  summary: 'list the snapshots of a job of a server',
  options: SERVER_OPTIONS,
  async run(input, terminal) {
    const client = await connectServer(input, terminal);
    const { id } = await findJob(client, input.arguments[0]);
    const rows: string[][] = [];
    for (let page = 1; ; page++) {
      const answer = await client.call('listSnapshots', { query: { jobId: String(id), page, pageSize: 100 } });
      for (const snapshot of answer.items) {
        if (input.flag('json')) terminal.out(JSON.stringify(snapshot));
        rows.push([
          snapshot.id,
          snapshot.name,
          snapshot.origin,
          new Date(snapshot.createdAt).toISOString(),
          String(snapshot.sizeBytes),
          snapshot.path,
        ]);
      }
      if (page * answer.pageSize >= answer.total) break;
    }
    if (!input.flag('json')) for (const line of textTable(['ID', 'NAME', 'ORIGIN', 'TAKEN', 'BYTES', 'PATH'], rows)) terminal.out(line);
    return 0;
  },
};
