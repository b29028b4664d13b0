/** `tidemark jobs`: the jobs of a server. */
import type { Command } from './command.ts';
import { connectServer, SERVER_OPTIONS } from './server-client.ts';
import { textTable } from './text-table.ts';

export const jobsCommand: Command = {
  name: 'jobs',
  usage: 'jobs [TEXT] [--server URL] [--json]',
  summary: 'list jobs of a server (all of these: TIDEMARK_TOKEN holds an API token)',
  options: SERVER_OPTIONS,
  async run(input, terminal) {
    const client = await connectServer(input, terminal);
    const q = input.arguments.join(' ');
    const rows: string[][] = [];
    for (let page = 1; ; page++) {
      const answer = await client.call('listJobs', { query: { q, page, pageSize: 100 } });
      for (const job of answer.items) {
        if (input.flag('json')) terminal.out(JSON.stringify(job));
        rows.push([
          String(job.id),
          job.name,
          job.status,
          job.newestSnapshot?.name ?? '-',
          job.newestSnapshot ? new Date(job.newestSnapshot.at).toISOString() : '-',
        ]);
      }
      if (page * answer.pageSize >= answer.total) break;
    }
    if (!input.flag('json')) for (const line of textTable(['ID', 'NAME', 'STATUS', 'NEWEST SNAPSHOT', 'TAKEN'], rows)) terminal.out(line);
    return 0;
  },
};
