/**
 * Connections: made, changed and deleted by administrators, used by name in everybody's tables. A secret goes in and never comes out; where address
 * or security of a connection change, it must be given again, so that it is never sent to another place than it was given for.
 */

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { addressOf, connectionSecretContext, namedIn, readConfig } from '../connections/read-connections.ts';
import { testConnection } from '../connections/test-connection.ts';
import {
  type Connection,
  type ConnectionConfig,
  type ConnectionTest,
  type changeConnectionSchema,
  connectionTestSchema,
  type createConnectionSchema,
  type testConnectionSchema,
} from '../contract/connections.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { seal, unseal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';
import { fillInText } from '../variables/fill-in.ts';
import { readVariables } from '../variables/read-variables.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';
import { readSettings } from './settings.ts';

type Row = Prisma.ConnectionGetPayload<Record<string, never>>;

export interface ConnectionUser {
  readonly jobId: number;
  readonly name: string;
  readonly isRunning: boolean;
}

/** Jobs by the connections they name, in their saved or running version, or whose queue is one. Only versions that hold the word are read. */
async function usersByName(database: DatabaseOrTransaction, projectId: string): Promise<ReadonlyMap<string, readonly ConnectionUser[]>> {
  const clusters = await database.connection.findMany({ where: { projectId, kind: 'flink' }, select: { name: true } });
  const queued = await database.job.findMany({
    where: { projectId, deletedAt: null, queueName: { in: clusters.map((cluster) => cluster.name) } },
    select: { id: true, name: true, queueName: true, runningVersion: true },
  });
  const rows = await database.jobVersion.findMany({
    where: { sql: { contains: "'connection'" }, job: { projectId, deletedAt: null } },
    select: { number: true, sql: true, job: { select: { id: true, name: true, version: true, runningVersion: true } } },
  });
  const variables = await readVariables(database, projectId);
  const users = new Map<string, Map<number, ConnectionUser>>();
  for (const { id, name, queueName, runningVersion } of queued) {
    const of = users.get(queueName) ?? new Map<number, ConnectionUser>();
    users.set(queueName, of.set(id, { jobId: id, name, isRunning: runningVersion !== null }));
  }
  for (const { number, sql, job } of rows) {
    if (number !== job.version && number !== job.runningVersion) continue;
    for (const name of namedIn(fillInText(sql, variables))) {
      const of = users.get(name) ?? new Map<number, ConnectionUser>();
      users.set(name, of.set(job.id, { jobId: job.id, name: job.name, isRunning: job.runningVersion !== null }));
    }
  }
  return new Map([...users].map(([name, of]) => [name, [...of.values()].sort((a, b) => a.jobId - b.jobId)]));
}

function view(row: Row, usedBy: number): Connection {
  const config = readConfig(row.configJson);
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    config,
    secretSetAt: msOrNull(row.secretSetAt),
    address: addressOf(config),
    lastTest: row.lastTestJson === null ? null : storedTest(row.lastTestJson),
    usedBy,
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
  };
}

/** A test that an older version stored in another form is none. */
function storedTest(json: string): ConnectionTest | null {
  const parsed = connectionTestSchema.safeParse(JSON.parse(json));
  return parsed.success ? parsed.data : null;
}

async function find(context: ConsoleContext, call: UserCall, id: string): Promise<Row> {
  const row = await context.database.connection.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.connection'));
  return row;
}

const objectOf = (id: string, name: string) => ({ type: 'connection', id, name }) as const;

export async function listConnections(context: ConsoleContext, call: UserCall): Promise<{ connections: Connection[] }> {
  const { projectId } = call.caller;
  const rows = await context.database.connection.findMany({ where: { projectId }, orderBy: { name: 'asc' } });
  const users = rows.length === 0 ? new Map<string, readonly ConnectionUser[]>() : await usersByName(context.database, projectId);
  return { connections: rows.map((row) => view(row, users.get(row.name)?.length ?? 0)) };
}

export async function createConnection(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof createConnectionSchema>,
): Promise<Connection> {
  const { database, masterKey } = context;
  return audited(database, call, 'createConnection', objectOf('', input.name), async (note) => {
    const id = randomUUID();
    const now = new Date(context.clock.nowMs());
    if (input.config.kind === 'flink') await requireNoQueue(database, call.caller.projectId, input.name);
    note.object = objectOf(id, input.name);
    note.after = { config: input.config };
    const data = {
      id,
      projectId: call.caller.projectId,
      name: input.name,
      description: input.description,
      kind: input.config.kind,
      configJson: JSON.stringify(input.config),
      secretSealed: input.secret ? seal(masterKey, connectionSecretContext(id), new Secret(input.secret)) : null,
      secretSetAt: input.secret ? now : null,
      createdAt: now,
      updatedAt: now,
    };
    try {
      return await database.$transaction(async (tx) => {
        const row = await tx.connection.create({ data });
        await note.recordIn(tx);
        return view(row, 0);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.connectionTaken', { name: input.name }));
      throw error;
    }
  });
}

/** A cluster is a queue of its name, so that name must be free among the queues. */
async function requireNoQueue(database: DatabaseOrTransaction, projectId: string, name: string): Promise<void> {
  const queue = await database.queue.findUnique({ where: { projectId_name: { projectId, name } } });
  if (queue) throw new Refusal('name-taken', say('said.no.queueOfCluster', { name }));
}

/** What decides where a secret goes. */
function destinationOf(config: ConnectionConfig): unknown {
  switch (config.kind) {
    case 'kafka':
      return [config.bootstrapServers, config.securityProtocol, config.saslMechanism, config.caCertificates];
    case 'postgresql':
      return [config.host, config.port, config.tls];
    case 'object-store':
      return [config.endpoint, config.region, config.forcePathStyle];
    case 'flink':
      return [config.jobManagerUrl, config.gatewayUrl, config.authentication, config.caCertificates];
  }
}

function requireSameDestination(before: ConnectionConfig, after: ConnectionConfig): void {
  if (!isDeepStrictEqual(destinationOf(before), destinationOf(after))) {
    throw new Refusal('invalid-request', say('said.no.connectionSecret'));
  }
}

export async function changeConnection(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  input: z.output<typeof changeConnectionSchema>,
): Promise<Connection> {
  const { database, masterKey } = context;
  const before = await find(context, call, id);
  return audited(database, call, 'updateConnection', objectOf(id, before.name), async (note) => {
    const old = readConfig(before.configJson);
    const config = input.config ?? old;
    if (config.kind !== old.kind) throw new Refusal('invalid-request', say('said.no.connectionKind'));
    if (input.secret === undefined && before.secretSealed !== null) requireSameDestination(old, config);
    const now = new Date(context.clock.nowMs());
    note.before = { config: old };
    note.after = { config, secret: input.secret === undefined ? undefined : 'changed' };
    const secret =
      input.secret === undefined
        ? {}
        : input.secret === ''
          ? { secretSealed: null, secretSetAt: null }
          : { secretSealed: seal(masterKey, connectionSecretContext(id), new Secret(input.secret)), secretSetAt: now };
    const row = await database.$transaction(async (tx) => {
      // Who changed it meanwhile may have given another secret, which must not go where this one leads.
      const { count } = await tx.connection.updateMany({
        where: { id, configJson: before.configJson, secretSealed: before.secretSealed },
        data: {
          ...(input.description === undefined ? {} : { description: input.description }),
          configJson: JSON.stringify(config),
          ...secret,
          lastTestJson: null,
          updatedAt: now,
        },
      });
      if (count === 0) throw new Refusal('version-conflict', say('said.no.connectionMoment', { name: before.name }));
      await note.recordIn(tx);
      return tx.connection.findUniqueOrThrow({ where: { id } });
    });
    return view(row, (await usersByName(database, before.projectId)).get(row.name)?.length ?? 0);
  });
}

export async function deleteConnection(context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const { database } = context;
  const row = await find(context, call, id);
  return audited(database, call, 'deleteConnection', objectOf(id, row.name), (note) =>
    database.$transaction(async (tx) => {
      const users = (await usersByName(tx, row.projectId)).get(row.name) ?? [];
      if (users.length > 0) {
        const list = `${users
          .slice(0, 5)
          .map((user) => user.name)
          .join(', ')}${users.length > 5 ? ', …' : ''}`;
        throw new Refusal('in-use', say('said.no.connectionUsed', { n: users.length, name: row.name, list }));
      }
      await tx.connection.delete({ where: { id } });
      await note.recordIn(tx);
      return { ok: true } as const;
    }),
  );
}

export async function listConnectionUsers(context: ConsoleContext, call: UserCall, id: string) {
  const row = await find(context, call, id);
  const users = (await usersByName(context.database, row.projectId)).get(row.name) ?? [];
  const visible = await context.database.job.findMany({
    where: { AND: [visibleJobs(call.caller), { id: { in: users.map((user) => user.jobId) } }] },
    select: { id: true },
  });
  const ids = new Set(visible.map((job) => job.id));
  return { jobs: users.filter((user) => ids.has(user.jobId)), hidden: users.length - ids.size };
}

/** What was tested is told with the time; the result is kept only of a stored connection as it stands. */
export async function runConnectionTest(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof testConnectionSchema>,
): Promise<ConnectionTest> {
  const { database, masterKey, environment } = context;
  const row = input.id === undefined ? null : await find(context, call, input.id);
  return audited(database, call, 'testConnection', objectOf(row?.id ?? '', row?.name ?? addressOf(input.config)), async (note) => {
    const old = row ? readConfig(row.configJson) : null;
    let secret = input.secret === undefined || input.secret === '' ? null : new Secret(input.secret);
    if (row && old && input.secret === undefined && row.secretSealed !== null) {
      requireSameDestination(old, input.config);
      secret = unseal(masterKey, connectionSecretContext(row.id), row.secretSealed);
    }
    const { allowedAddresses } = await readSettings(database);
    const dialer = createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses, allowList: allowedAddresses });
    const test = await testConnection(input.config, secret, dialer, context.clock);
    note.after = { isGood: test.isGood, sentence: test.sentence };
    if (row && isDeepStrictEqual(old, input.config) && input.secret === undefined) {
      await database.connection.updateMany({ where: { id: row.id }, data: { lastTestJson: JSON.stringify(test) } });
    }
    return test;
  });
}
