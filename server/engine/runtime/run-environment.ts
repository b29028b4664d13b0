/** The real world for a job: clocks, network, object store, connectors. Shared by the job process and the command line. */
import { systemClock } from '../../effects/clock.ts';
import { systemRandom } from '../../effects/random.ts';
import { createDialer } from '../../effects/real-dialer.ts';
import { systemScheduler } from '../../effects/scheduler.ts';
import { connectorOf } from '../connectors/registry.ts';
import type { JobEnvironment, TaskEnvironment } from './job-contract.ts';
import { createLocator } from './locate-folder.ts';
import { openStore } from './open-store.ts';
import type { RunSpec } from './wire.ts';
import { openConnectionStores, withConnections } from './with-connections.ts';

/** A piece of work may take this long before sockets and timers get their turn. */
const TURN_MS = 8;

type TaskFacts = Pick<RunSpec, 'store' | 'allowPrivateAddresses' | 'allowedAddresses' | 'connections' | 'allowLocalFiles'>;
type RunFacts = TaskFacts &
  Pick<RunSpec, 'generation' | 'runId'> & {
    readonly checkpoint: Pick<RunSpec['checkpoint'], 'directory'>;
  };

export async function createTaskEnvironment(spec: TaskFacts, seams: Pick<TaskEnvironment, 'print' | 'report'>): Promise<TaskEnvironment> {
  const dialer = createDialer({ allowPrivateAddresses: spec.allowPrivateAddresses, allowList: spec.allowedAddresses ?? [] });
  const connections = spec.connections ?? {};
  const store = await openStore(spec.store, dialer);
  return {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    store,
    dialer,
    allowLocalFiles: spec.allowLocalFiles,
    connectorOf: withConnections(connectorOf, connections, await openConnectionStores(connections, dialer)),
    print: seams.print,
    report: seams.report,
    turnMs: TURN_MS,
    locate: createLocator(store, spec.allowLocalFiles),
  };
}

/** `threads`: absent = the job runs in this one. */
export async function createRunEnvironment(
  spec: RunFacts,
  seams: Pick<JobEnvironment, 'report' | 'print'> & Partial<Pick<JobEnvironment, 'threads'>>,
): Promise<JobEnvironment> {
  const tasks = await createTaskEnvironment(spec, seams);
  const fence = await createFence(spec, tasks.locate);
  return { ...tasks, fence, threads: seams.threads ?? 1 };
}

async function createFence(spec: RunFacts, locate: JobEnvironment['locate']): Promise<JobEnvironment['fence']> {
  if (spec.checkpoint.directory === null) return async () => true;
  const { takeLease } = await import('./lease-fence.ts');
  return takeLease(await locate(spec.checkpoint.directory), spec.generation, spec.runId);
}
