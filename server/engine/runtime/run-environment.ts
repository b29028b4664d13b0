/** The real world for a job: clocks, network, object store, connectors. Shared by the job process and the command line. */
import { systemClock } from '../../effects/clock.ts';
import { systemRandom } from '../../effects/random.ts';
import { createDialer } from '../../effects/real-dialer.ts';
import { systemScheduler } from '../../effects/scheduler.ts';
import { connectorOf } from '../connectors/registry.ts';
import type { JobEnvironment } from './job-contract.ts';
import { createLocator } from './locate-folder.ts';
import { openStore } from './open-store.ts';
import type { RunSpec } from './wire.ts';
import { openConnectionStores, withConnections } from './with-connections.ts';

/** A piece of work may take this long before sockets and timers get their turn. */
const TURN_MS = 8;

export async function createRunEnvironment(
  spec: Pick<
    RunSpec,
    'store' | 'allowPrivateAddresses' | 'allowedAddresses' | 'connections' | 'allowLocalFiles' | 'generation' | 'runId'
  > & {
    readonly checkpoint: Pick<RunSpec['checkpoint'], 'directory'>;
  },
  seams: Pick<JobEnvironment, 'report' | 'print'>,
): Promise<JobEnvironment> {
  const dialer = createDialer({ allowPrivateAddresses: spec.allowPrivateAddresses, allowList: spec.allowedAddresses ?? [] });
  const connections = spec.connections ?? {};
  const store = await openStore(spec.store, dialer);
  const locate = createLocator(store, spec.allowLocalFiles);
  return {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    store,
    dialer,
    allowLocalFiles: spec.allowLocalFiles,
    connectorOf: withConnections(connectorOf, connections, await openConnectionStores(connections, dialer)),
    locate,
    fence: await createFence(spec, locate),
    report: seams.report,
    print: seams.print,
    turnMs: TURN_MS,
  };
}

async function createFence(
  spec: Pick<RunSpec, 'generation' | 'runId'> & { readonly checkpoint: Pick<RunSpec['checkpoint'], 'directory'> },
  locate: JobEnvironment['locate'],
): Promise<JobEnvironment['fence']> {
  if (spec.checkpoint.directory === null) return async () => true;
  const { takeLease } = await import('./lease-fence.ts');
  return takeLease(await locate(spec.checkpoint.directory), spec.generation, spec.runId);
}
