/** What is behind a connection, and tables made from it. Everybody may look who may use the connection in a job: that is every user. */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { deriveTable } from '../connections/derive-table.ts';
import { listObjects } from '../connections/list-objects.ts';
import { connectionSecretContext, readConfig } from '../connections/read-connections.ts';
import type { ConnectionConfig, DerivedTable } from '../contract/connections.ts';
import { Refusal } from '../contract/errors.ts';
import { recognise } from '../contract/recognise.ts';
import { say } from '../contract/said.ts';
import type { Dialer } from '../effects/dialer.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { unseal } from '../secrets/seal.ts';
import type { Secret } from '../secrets/secret.ts';
import type { ConsoleContext } from './context.ts';
import { readSettings } from './settings.ts';

const DEADLINE_MS = 20_000;

interface Opened {
  readonly name: string;
  readonly config: ConnectionConfig;
  readonly secret: Secret | null;
  readonly dialer: Dialer;
}

async function open(context: ConsoleContext, call: UserCall, id: string): Promise<Opened> {
  const { database, masterKey, environment } = context;
  const row = await database.connection.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.connection'));
  const { allowedAddresses } = await readSettings(database);
  return {
    name: row.name,
    config: readConfig(row.configJson),
    secret: row.secretSealed === null ? null : unseal(masterKey, connectionSecretContext(id), row.secretSealed),
    dialer: createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses, allowList: allowedAddresses }),
  };
}

/** What goes wrong on the other side is an answer, not a defect of ours. */
async function outside<T>(name: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`there was no answer within ${DEADLINE_MS / 1000} s.`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw new Refusal(
      'connection-failed',
      say('said.no.connectionFailed', { name, why: recognise(error instanceof Error ? error.message : String(error)) }),
    );
  } finally {
    clearTimeout(timer);
  }
}

export async function listConnectionObjects(context: ConsoleContext, call: UserCall, id: string, q: string) {
  const { name, config, secret, dialer } = await open(context, call, id);
  return outside(name, listObjects(config, secret, dialer, q));
}

/** Reads records of others with the connection's secret, so it is told in the audit. */
export async function deriveConnectionTable(context: ConsoleContext, call: UserCall, id: string, object: string): Promise<DerivedTable> {
  const { name, config, secret, dialer } = await open(context, call, id);
  return audited(context.database, call, 'deriveTable', { type: 'connection', id, name }, async (note) => {
    note.after = { object };
    return outside(name, deriveTable(name, config, secret, dialer, object));
  });
}
