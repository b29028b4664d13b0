/** For tests: the program of a thread whose sources hand out few rows at a time, as many as the setting `rows-a-poll` says, some after a pause. */
import { workerData } from 'node:worker_threads';
import { seededRandom } from '../../../effects/random.ts';
import { createTaskEnvironment } from '../run-environment.ts';
import { runSubtaskThread } from '../threads/subtask-thread.ts';
import type { ThreadData } from '../threads/thread-messages.ts';
import { slowed } from './restarted-script.ts';

const { spec, thread } = workerData as ThreadData;
const random = seededRandom(thread);
const rowsAPoll = Number(spec.settings['rows-a-poll']);
const pause = () => (random.next() < 0.3 ? new Promise<void>((resolve) => setTimeout(resolve, random.next() * 6)) : undefined);

runSubtaskThread(async (facts, seams) => {
  const environment = await createTaskEnvironment(facts, seams);
  return { ...environment, connectorOf: (name) => slowed(environment.connectorOf(name), { random, rowsAPoll }, pause), turnMs: 0 };
});
