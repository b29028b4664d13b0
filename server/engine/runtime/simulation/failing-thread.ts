/** For tests: the program of a thread that, being the second one, ends without warning in the way that is the job's name. */
import { workerData } from 'node:worker_threads';
import { ConnectorError } from '../../connectors/contract.ts';
import { createTaskEnvironment } from '../run-environment.ts';
import { runSubtaskThread } from '../threads/subtask-thread.ts';
import type { ThreadData } from '../threads/thread-messages.ts';

const { spec, thread } = workerData as ThreadData;
const ENDS: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new ConnectorError('thrown where nobody catches it', true);
  },
  exit: () => process.exit(3),
  heap: () => {
    const held: unknown[] = [];
    for (;;) held.push(Array.from({ length: 1000 }, (_, index) => ({ index })));
  },
};

runSubtaskThread(createTaskEnvironment);
if (thread === 1) setTimeout(() => ENDS[spec.jobName]?.(), 300);
