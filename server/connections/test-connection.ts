/**
 * A real handshake with what a connection names, step by step with times: name found, connected, TLS, signed in, and then what jobs do: topics or
 * tables listed; an object written, read and deleted. The first step that fails ends it. Everything goes through the dialer.
 */

import { randomUUID } from 'node:crypto';
import type { ConnectionConfig, ConnectionTest } from '../contract/connections.ts';
import type { Clock } from '../effects/clock.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { Session } from '../engine/connectors/jdbc/connection.ts';
import { checkConfiguration, checkConnectors, meetGateway, meetJobManager } from '../engines/flink/handshake.ts';
import { JobManager } from '../engines/flink/job-manager.ts';
import { type GatewaySession, SqlGateway } from '../engines/flink/sql-gateway.ts';
import { sentences } from '../lib/sentences.ts';
import type { Secret } from '../secrets/secret.ts';
import { clusterAddress } from './flink-clusters.ts';
import { lookInside, nextStep } from './look-inside.ts';
import { brokersOf, kafkaOf, sessionOf, storeOf, TIMEOUT_MS } from './open-connection.ts';

type Step = ConnectionTest['steps'][number];
type StepName = Step['step'];

/** The first statement of a SQL Gateway loads its planner. */
const PLANNER_MS = 60_000;
const TEST_FOLDER = 'tidemark-connection-test';

interface Planned {
  readonly step: StepName;
  /** Returns what was found, a sentence. */
  readonly run: () => Promise<string>;
  /** Before the message of a failure. */
  readonly failure: string;
  /** Longer than usual. */
  readonly timeoutMs?: number;
}

export async function testConnection(
  config: ConnectionConfig,
  secret: Secret | null,
  dialer: Dialer,
  clock: Clock,
): Promise<ConnectionTest> {
  const begunMs = clock.monotonicMs();
  const closing: (() => Promise<void>)[] = [];
  const planned = [...reachSteps(config, dialer), ...stepsOfKind(config, secret, dialer, closing)];
  const steps: Step[] = [];
  let sentence = '';
  for (const { step, run, failure, timeoutMs } of planned) {
    if (sentence !== '') {
      steps.push({ step, result: 'not-run', tookMs: 0, message: '' });
      continue;
    }
    const stepMs = clock.monotonicMs();
    try {
      const message = await within(run(), timeoutMs ?? TIMEOUT_MS);
      steps.push({ step, result: 'pass', tookMs: clock.monotonicMs() - stepMs, message });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      steps.push({ step, result: 'fail', tookMs: clock.monotonicMs() - stepMs, message });
      sentence = sentences(failure, message);
    }
  }
  for (const close of closing) await close().catch(() => {});
  const isGood = sentence === '';
  const last = steps.at(-1)?.message ?? '';
  const tookMs = clock.monotonicMs() - begunMs;
  const isListed = steps.some(({ step, result }) => step === 'listed' && result === 'pass');
  // What it holds is told beside the verdict; that it does not come changes no verdict.
  const found = isListed ? await within(lookInside(config, secret, dialer), TIMEOUT_MS).catch(() => null) : null;
  return { at: clock.nowMs(), isGood, tookMs, steps, sentence: isGood ? last : sentence, found, next: nextStep(config, steps) };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`There was no answer within ${timeoutMs / 1000} s.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. PostgreSQL asks for it inside its own protocol, at the sign-in. */
  readonly tls: { readonly ca?: string } | null;
}

function addressesOf(config: ConnectionConfig): readonly Address[] {
  switch (config.kind) {
    case 'kafka': {
      const tls = config.securityProtocol.endsWith('SSL') ? (config.caCertificates === '' ? {} : { ca: config.caCertificates }) : null;
      return brokersOf(config).map((broker) => ({ ...broker, tls }));
    }
    case 'postgresql':
      return [{ host: config.host, port: config.port, tls: null }];
    case 'object-store':
      return [addressOfUrl(config.endpoint ?? `https://s3.${config.region}.amazonaws.com`, '')];
    case 'flink':
      return [addressOfUrl(config.jobManagerUrl, config.caCertificates)];
  }
}

function addressOfUrl(text: string, ca: string): Address {
  const url = new URL(text);
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, tls: isTls ? (ca === '' ? {} : { ca }) : null };
}

/** The first address that answers will do, as it does for a client. */
async function firstOf<T>(addresses: readonly Address[], work: (address: Address) => Promise<T>): Promise<T> {
  let failure: unknown = null;
  for (const address of addresses) {
    try {
      return await work(address);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function reachSteps(config: ConnectionConfig, dialer: Dialer): Planned[] {
  const addresses = addressesOf(config);
  const dial = (isTls: boolean) => (address: Address) =>
    dialer
      .connect({ host: address.host, port: address.port, timeoutMs: TIMEOUT_MS, ...(isTls && address.tls ? { tls: address.tls } : {}) })
      .then((socket) => {
        socket.destroy();
        return `${address.host}:${address.port}`;
      });
  const steps: Planned[] = [
    {
      step: 'name-found',
      failure: 'The name was not found.',
      run: () => firstOf(addresses, async ({ host }) => `${host} is ${await dialer.resolve(host)}.`),
    },
    { step: 'connected', failure: 'No connection.', run: async () => `Connected to ${await firstOf(addresses, dial(false))}.` },
  ];
  if (addresses.some((address) => address.tls !== null)) {
    steps.push({
      step: 'tls',
      failure: 'Connected, but without TLS.',
      run: async () => `The certificate of ${await firstOf(addresses, dial(true))} is good.`,
    });
  }
  return steps;
}

function stepsOfKind(config: ConnectionConfig, secret: Secret | null, dialer: Dialer, closing: (() => Promise<void>)[]): Planned[] {
  if (config.kind === 'kafka') return kafkaSteps(config, secret, dialer, closing);
  if (config.kind === 'postgresql') return postgresqlSteps(config, secret, dialer, closing);
  if (config.kind === 'flink') return flinkSteps(config, secret, dialer, closing);
  return storeSteps(config, secret, dialer);
}

function flinkSteps(
  config: Extract<ConnectionConfig, { kind: 'flink' }>,
  secret: Secret | null,
  dialer: Dialer,
  closing: (() => Promise<void>)[],
): Planned[] {
  const address = clusterAddress('this connection', config, secret);
  const jobManager = new JobManager(dialer, address);
  const steps: Planned[] = [
    { step: 'signed-in', failure: 'Connected, but it is no JobManager to work with.', run: () => meetJobManager(jobManager) },
    { step: 'settings', failure: 'The JobManager does not tell its configuration.', run: () => checkConfiguration(jobManager) },
  ];
  if (config.gatewayUrl === null) return steps;
  const gateway = new SqlGateway(dialer, address, config.gatewayUrl);
  let session: GatewaySession | null = null;
  steps.push(
    {
      step: 'gateway',
      failure: 'The JobManager answers, the SQL Gateway is not right.',
      run: async () => {
        const met = await meetGateway(gateway, jobManager);
        session = met.session;
        closing.push(() => met.session.close());
        return met.sentence;
      },
    },
    {
      step: 'connectors',
      failure: 'The SQL Gateway does not plan.',
      timeoutMs: PLANNER_MS,
      run: () => (session ? checkConnectors(session) : Promise.reject(new Error('There is no session.'))),
    },
  );
  return steps;
}

function kafkaSteps(
  config: Extract<ConnectionConfig, { kind: 'kafka' }>,
  secret: Secret | null,
  dialer: Dialer,
  closing: (() => Promise<void>)[],
): Planned[] {
  const { securityProtocol, username } = config;
  const cluster = kafkaOf(config, secret, dialer);
  closing.push(() => cluster.close());
  return [
    {
      step: 'signed-in',
      failure: 'Connected, but not signed in.',
      run: async () => {
        await cluster.metadata([]);
        return securityProtocol.startsWith('SASL') ? `Signed in as ${username}.` : 'The broker answers; it asks for no sign-in.';
      },
    },
    {
      step: 'listed',
      failure: 'Signed in, but topics cannot be listed.',
      run: async () => {
        const { topics } = await cluster.metadata(null);
        return topics.length === 1 ? 'Works. 1 topic can be seen.' : `Works. ${topics.length} topics can be seen.`;
      },
    },
  ];
}

function postgresqlSteps(
  config: Extract<ConnectionConfig, { kind: 'postgresql' }>,
  secret: Secret | null,
  dialer: Dialer,
  closing: (() => Promise<void>)[],
): Planned[] {
  let session: Session | null = null;
  return [
    {
      step: 'signed-in',
      failure: 'Connected, but not signed in.',
      run: async () => {
        const opened = await sessionOf(config, secret, dialer);
        session = opened;
        closing.push(() => opened.close());
        return `Signed in as ${config.username}${config.tls === 'off' ? '' : ', encrypted'}.`;
      },
    },
    {
      step: 'listed',
      failure: 'Signed in, but tables cannot be listed.',
      run: async () => {
        const text =
          "SELECT count(*), current_setting('server_version') FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
        const [row] = (await session?.query(text)) ?? [];
        return `Works. ${row?.[0]} tables can be seen; the server is PostgreSQL ${row?.[1]}.`;
      },
    },
  ];
}

function storeSteps(config: Extract<ConnectionConfig, { kind: 'object-store' }>, secret: Secret | null, dialer: Dialer): Planned[] {
  const store = storeOf(config, secret, dialer);
  const { bucket } = config;
  const ref = { bucket, key: `${TEST_FOLDER}/${randomUUID()}` };
  const body = Buffer.from('tidemark');
  return [
    {
      step: 'signed-in',
      failure: 'Connected, but not signed in.',
      run: async () => {
        await store.ensureBucket(bucket);
        return `Signed in; the bucket ${bucket} is there.`;
      },
    },
    {
      step: 'listed',
      failure: `Signed in, but may not list ${bucket}.`,
      run: async () => {
        await store.list(bucket, '', { limit: 1, delimiter: '/' });
        return `${bucket} can be listed.`;
      },
    },
    {
      step: 'wrote',
      failure: `Signed in, but may not write to ${bucket}.`,
      run: async () => {
        await store.put(ref, body);
        return `Wrote ${ref.key}.`;
      },
    },
    {
      step: 'read',
      failure: `May write to ${bucket}, but not read.`,
      run: async () => {
        if (!body.equals(await store.get(ref))) throw new Error('What was read is not what was written.');
        return 'Read it back.';
      },
    },
    {
      step: 'deleted',
      failure: `May write to ${bucket}, but not delete: ${ref.key} is left there.`,
      run: async () => {
        await store.delete(ref);
        return 'Works. An object was written, read and deleted.';
      },
    },
  ];
}
