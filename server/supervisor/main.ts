/**
 * The supervisor's process, forked by the launcher beside the console. It says `ready` once it accepts work and `refused` when it cannot start.
 * SIGTERM: all runs take a last checkpoint if they can and end; jobs keep their desire. When the launcher is gone it leaves at once: runs go
 * on for a while and are found again by the next supervisor.
 *   node server/supervisor/main.ts      environment as the console's, and TIDEMARK_LAUNCH_SECRET
 */
import { randomUUID } from 'node:crypto';
import { AlarmKeeper } from '../alerts/alarm-keeper.ts';
import { type Environment, parseEnvironment } from '../config/environment.ts';
import { projectRoot } from '../config/project-root.ts';
import { DatabaseError } from '../db/apply-migrations.ts';
import { type OpenedDatabase, openDatabase } from '../db/open-database.ts';
import { systemClock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { systemScheduler } from '../effects/scheduler.ts';
import { EmbeddedEngine } from '../engines/embedded/embedded-engine.ts';
import { FlinkEngine } from '../engines/flink/flink-engine.ts';
import { loadMasterKey } from '../secrets/load-master-key.ts';
import { createStore } from '../storage/create-store.ts';
import { type ClaimOutcome, claimDatabase, placeHere } from './claim-database.ts';
import { clusterOfRun } from './cluster-of-run.ts';
import type { SupervisorContext } from './context.ts';
import { EventServer, eventSocketAddress } from './events.ts';
import { installationId, lockSupervisor } from './installation.ts';
import { readSetting } from './read-setting.ts';
import { Supervisor } from './supervisor.ts';

const LOCK_WAIT_MS = 5_000;

type ToLauncher = { readonly type: 'ready' } | { readonly type: 'refused'; readonly message: string };

function tell(message: ToLauncher): void {
  if (process.send) process.send(message);
  else if (message.type === 'refused') process.stderr.write(`${message.message}\n`);
}

function log(level: 'info' | 'warn' | 'error', message: string): void {
  process.stderr.write(
    `${new Date(systemClock.nowMs()).toISOString()} ${level.toUpperCase()} [supervisor] ${message.replaceAll('\n', '\\n')}\n`,
  );
}

/** Gives the launcher its message before the process ends. */
function refuse(message: string): void {
  tell({ type: 'refused', message });
  process.exitCode = 2;
  setTimeout(() => process.exit(2), 100);
}

/** Null where the lock on the data directory is a claim on the database too. */
async function claimOf(opened: OpenedDatabase, environment: Environment, onLost: (message: string) => void): Promise<ClaimOutcome | null> {
  if (environment.databaseUrl === null) return null;
  const { dataDir, host, port } = environment;
  return claimDatabase({
    database: opened.client,
    description: opened.description,
    place: placeHere(installationId(dataDir), dataDir, `http://${host}:${port}`),
    holder: randomUUID(),
    clock: systemClock,
    scheduler: systemScheduler,
    log,
    onLost,
  });
}

/** Ends once, by whatever comes first. Returns what ends it when the claim on the database is lost. */
function listenForEnd(supervisor: Supervisor, alarms: AlarmKeeper, claim: ClaimOutcome | null): (message: string) => void {
  let isEnding = false;
  const end = (work: () => Promise<void>) => {
    if (isEnding) return;
    isEnding = true;
    void Promise.all([work(), alarms.close()])
      .catch((error: unknown) => log('error', String(error)))
      .finally(() => process.exit(0));
  };
  process.on('SIGTERM', () =>
    end(async () => {
      await supervisor.shutDown();
      if (claim?.kind === 'claimed') await claim.release();
    }),
  );
  // Ctrl-C in a terminal reaches the launcher too, which decides.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => end(() => supervisor.abandon()));
  return (message) => {
    log('error', message);
    end(() => supervisor.abandon());
  };
}

async function run(): Promise<void> {
  const root = projectRoot();
  const parsed = parseEnvironment(process.env, root);
  if (!parsed.ok) return refuse(parsed.problems.join('\n'));
  const environment = parsed.value;
  const { dataDir } = environment;
  const lock = lockSupervisor(dataDir, LOCK_WAIT_MS);
  if (!lock) return refuse(`Another supervisor works on the data directory ${dataDir}. This one has changed nothing and stops.`);
  const opened = await openDatabase({ dataDir, databaseUrl: environment.databaseUrl });
  let lose = (message: string): void => refuse(message);
  const claim = await claimOf(opened, environment, (message) => lose(message));
  if (claim?.kind === 'held') return refuse(claim.message);
  // The store is the operator's own choice, not a user's: no address policy.
  const store = createStore(environment.objectStore.spec);
  const events = new EventServer(process.env.TIDEMARK_LAUNCH_SECRET ?? randomUUID(), () => supervisor.wake());
  const masterKey = loadMasterKey(dataDir, environment.masterKey);
  const { allowPrivateAddresses } = environment;
  /** To addresses that users set, as they may be dialed now. */
  const dialer = async () => createDialer({ allowPrivateAddresses, allowList: await readSetting(opened.client, 'allowedAddresses') });
  const context: SupervisorContext = {
    database: opened.client,
    provider: opened.provider,
    clock: systemClock,
    engines: {
      embedded: new EmbeddedEngine({ dataDir, projectRoot: root }),
      flink: new FlinkEngine({
        dataDir,
        store,
        clock: systemClock,
        dialer,
        clusterOf: (run) => clusterOfRun(opened.client, masterKey, run),
      }),
    },
    store,
    masterKey,
    environment,
    holder: `${installationId(dataDir)}/${randomUUID()}`,
    publish: (event) => events.publish(event),
    stored: () => events.stored(),
    log,
  };
  const supervisor = new Supervisor(context);
  const alarms = new AlarmKeeper({
    database: opened.client,
    clock: systemClock,
    stored: () => events.stored(),
    masterKey,
    dialer,
    publicUrl: () => readSetting(opened.client, 'publicUrl'),
    log,
  });
  lose = listenForEnd(supervisor, alarms, claim);
  await events.listen(eventSocketAddress(dataDir));
  await supervisor.start();
  alarms.start();
  tell({ type: 'ready' });
}

await run().catch((error: unknown) => {
  if (error instanceof DatabaseError) refuse(error.message);
  else throw error;
});
