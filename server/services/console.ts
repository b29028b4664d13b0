/**
 * The console of this process, made at first use and kept on globalThis (route handlers are separate bundles). Opens the
 * database, makes what must be there, connects to the supervisor. `prepareConsole` was run before by the launcher, which also prints the
 * link of the first start; running it again changes nothing but makes a new link where there is no user yet, so it is not run here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironment } from '../config/environment.ts';
import { projectRoot } from '../config/project-root.ts';
import { openDatabase } from '../db/open-database.ts';
import { systemClock } from '../effects/clock.ts';
import { EventHub } from '../events/event-hub.ts';
import { loadMasterKey } from '../secrets/load-master-key.ts';
import { absentPreviews, absentSupervisor } from './absent-ports.ts';
import type { ConsoleContext } from './context.ts';
import { PlannerThread } from './planner-thread.ts';

const KEY = Symbol.for('tidemark.console');
type Holder = { [KEY]?: Promise<ConsoleContext> | undefined };

export function productVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

async function openConsole(): Promise<ConsoleContext> {
  const root = projectRoot();
  const environment = parseEnvironment(process.env, root);
  if (!environment.ok) throw new Error(environment.problems.join('\n'));
  const { dataDir, databaseUrl, masterKey } = environment.value;
  const { client, provider } = await openDatabase({ dataDir, databaseUrl });
  const events = new EventHub(client, systemClock);
  const supervisor = absentSupervisor;
  supervisor.subscribe((event) => events.publish(event));
  return {
    database: client,
    provider,
    clock: systemClock,
    environment: environment.value,
    masterKey: loadMasterKey(dataDir, masterKey),
    events,
    planner: new PlannerThread(),
    previews: absentPreviews,
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
