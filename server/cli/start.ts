/**
 * `tidemark start`: starts a job of a server from its newest snapshot, or from what is asked for. A start that costs records, or that
 * discards state, is refused until the cost was accepted: `--accept` accepts exactly what the preview says now.
 */
import type { RouteBody } from '../contract/routes.ts';
import { type Command, type CommandInput, UsageError } from './command.ts';
import { connectServer, findJob, finishAct, SERVER_OPTIONS } from './server-client.ts';

type Choice = NonNullable<RouteBody<'startJobs'>['jobs'][number]['choice']>;

export const startCommand: Command = {
  name: 'start',
  usage:
    'start JOB [--snapshot ID | --time ISO_TIME | --empty] [--allow-non-restored-state] [--accept] [--no-wait] [--server URL] [--json]',
  summary: 'start a job of a server from its newest snapshot, or as asked',
  options: {
    ...SERVER_OPTIONS,
    snapshot: 'value',
    time: 'value',
    empty: 'flag',
    accept: 'flag',
    'allow-non-restored-state': 'flag',
    'no-wait': 'flag',
  },
  async run(input, terminal) {
    const choice = choiceOf(input);
    const client = await connectServer(input, terminal);
    const { id: jobId, name } = await findJob(client, input.arguments[0]);
    const { previews } = await client.call('previewStart', { body: { jobs: [{ jobId, choice }] } });
    const preview = previews[0];
    if (preview) terminal.note(preview.sentence);
    const acceptance =
      input.flag('accept') && preview
        ? {
            verdict: preview.verdict,
            lost: preview.loss.lost.value,
            doubled: preview.loss.doubled.value,
            ...(preview.needsName ? { typedName: name } : {}),
            ...(preview.needsConfirmation ? { anyway: true } : {}),
          }
        : null;
    const allowNonRestoredState = input.flag('allow-non-restored-state');
    const job = { jobId, choice, allowNonRestoredState, ...(acceptance ? { acceptance } : {}) };
    const { results } = await client.call('startJobs', { body: { jobs: [job] } });
    return finishAct(client, results, input, terminal);
  },
};

function choiceOf(input: CommandInput): Choice {
  const [snapshotId, time, empty] = [input.value('snapshot'), input.value('time'), input.flag('empty')];
  if ([snapshotId !== null, time !== null, empty].filter(Boolean).length > 1) {
    throw new UsageError('Give one of --snapshot, --time and --empty.');
  }
  if (snapshotId !== null) return { kind: 'snapshot', snapshotId };
  if (time === null) return { kind: empty ? 'empty' : 'newest' };
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) throw new UsageError(`--time takes a time such as 2026-01-31T12:00:00Z, not '${time}'.`);
  return { kind: 'time', at: at.getTime() };
}
