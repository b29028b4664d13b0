/**
 * The console of this process, made at the start of the server (instrumentation.ts) and kept on globalThis, since a development server has a bundle a
 * route (app/answers.ts). Opens the database, makes what must be there, prints the link to the first administrator while there is no user, connects to
 * the supervisor. When the database does not answer, the next request tries again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, parseEnvironment } from '../config/environment.ts';
import { projectRoot } from '../config/project-root.ts';
import { namedIn, planningConnections } from '../connections/read-connections.ts';
import { openDatabase } from '../db/open-database.ts';
import { systemClock } from '../effects/clock.ts';
import { runPreview } from '../engines/embedded/preview-runner.ts';
import { EventHub } from '../events/event-hub.ts';
import { loadMasterKey } from '../secrets/load-master-key.ts';
import { createPreviews } from '../snapshots/create-previews.ts';
import { LiveCounts } from '../snapshots/live-counts.ts';
import { createStore } from '../storage/create-store.ts';
import { SupervisorClient } from '../supervisor/client.ts';
import { eventSocketAddress } from '../supervisor/events.ts';
import { readVariables } from '../variables/read-variables.ts';
import { absentSupervisor } from './absent-supervisor.ts';
import type { ConsoleContext } from './context.ts';
import { PlannerThread } from './planner-thread.ts';
import { plannerWithVariables } from './planner-with-variables.ts';
import type { SupervisorPort } from './ports.ts';
import { prepareConsole } from './prepare-console.ts';

const KEY = Symbol.for('tidemark.console');
type Holder = { [KEY]?: Promise<ConsoleContext> | undefined };

export function productVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** To the launcher, which prints it in its turn; or at once where there is none. */
function print(text: string): void {
  if (process.send) process.send({ type: 'print', text });
  else process.stdout.write(`${text}\n`);
}

function printSetupLink({ host, port }: Environment, token: string): void {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  print(`Create the first administrator within 30 min: http://${name}:${port}/setup?token=${token}`);
}

/** The launcher gives console and supervisor one secret; without it nobody would answer. */
function connectSupervisor(dataDir: string, onStored: () => void): SupervisorPort {
  const secret = process.env.TIDEMARK_LAUNCH_SECRET;
  return secret ? new SupervisorClient({ address: eventSocketAddress(dataDir), secret, onStored }) : absentSupervisor;
}

async function openConsole(): Promise<ConsoleContext> {
  const root = projectRoot();
  const environment = parseEnvironment(process.env, root);
  if (!environment.ok) throw new Error(environment.problems.join('\n'));
  const { dataDir, databaseUrl } = environment.value;
  const { client, provider } = await openDatabase({ dataDir, databaseUrl });
  const masterKey = loadMasterKey(dataDir, environment.value.masterKey);
  const { setupToken, projectId } = await prepareConsole(client, environment.value, masterKey, systemClock);
  if (setupToken !== null) printSetupLink(environment.value, setupToken);
  const thread = new PlannerThread(undefined, undefined, (sql) => planningConnections(client, namedIn(sql)));
  const planner = plannerWithVariables(thread, () => readVariables(client, projectId));
  const events = new EventHub(client, systemClock);
  const supervisor = connectSupervisor(dataDir, () => events.nudge());
  const counts = new LiveCounts();
  supervisor.subscribe((event) => {
    counts.take(event);
    events.publish(event);
  });
  return {
    database: client,
    provider,
    clock: systemClock,
    environment: environment.value,
    masterKey,
    events,
    store: createStore(environment.value.objectStore.spec),
    planner,
    previews: createPreviews({ database: client, clock: systemClock, environment: environment.value, masterKey, planner, counts }),
    runPreview: (spec, onReport) => runPreview(root, spec, onReport),
    supervisor,
    version: productVersion(root),
    log: (level, message, detail) => {
      const text = detail instanceof Error ? (detail.stack ?? detail.message) : detail === undefined ? '' : JSON.stringify(detail);
      // One entry a line: whatever a request put into a message cannot begin a new one.
      const line = `${new Date().toISOString()} ${level.toUpperCase()} ${message} ${text}`.replace(/[\r\n]+/g, '\\n');
      process.stderr.write(`${line.trimEnd()}\n`);
    },
  };
}

export function getConsole(): Promise<ConsoleContext> {
  const holder = globalThis as Holder;
  // A failed opening (database not up yet) is tried again by the next request.
  holder[KEY] ??= openConsole().catch((error: unknown) => {
    holder[KEY] = undefined;
    throw error;
  });
  return holder[KEY];
}
