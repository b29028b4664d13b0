/**
 * A real handshake with what a connection names, step by step with times: name found, connected, TLS, signed in, and then what jobs do: topics or
 * tables listed; an object written, read and deleted. The first step that fails ends it. Everything goes through the dialer.
 */

import { randomUUID } from 'node:crypto';
import type { ConnectionConfig, ConnectionTest } from '../contract/connections.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, messageOf, type Said, say, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';
import type { Clock } from '../effects/clock.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { Session } from '../engine/connectors/jdbc/connection.ts';
import { checkConfiguration, checkConnectors, meetGateway, meetJobManager } from '../engines/flink/handshake.ts';
import { JobManager } from '../engines/flink/job-manager.ts';
import { type GatewaySession, SqlGateway } from '../engines/flink/sql-gateway.ts';
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
  /** Returns what was found, in sentences. */
  readonly run: () => Promise<Told>;
  /** Before the message of a failure. */
  readonly failure: Said;
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
  let told: readonly Said[] = [];
  let isGood = true;
  for (const { step, run, failure, timeoutMs } of planned) {
    if (!isGood) {
      steps.push({ step, result: 'not-run', tookMs: 0, message: '', said: [] });
      continue;
    }
    const stepMs = clock.monotonicMs();
    try {
      told = listOf(await within(run(), timeoutMs ?? TIMEOUT_MS));
      steps.push({ step, result: 'pass', tookMs: clock.monotonicMs() - stepMs, ...messageOf(told) });
    } catch (error) {
      const why = recognise(error instanceof Error ? error.message : String(error));
      steps.push({ step, result: 'fail', tookMs: clock.monotonicMs() - stepMs, ...messageOf(why) });
      told = [failure, why];
      isGood = false;
    }
  }
  for (const close of closing) await close().catch(() => {});
  const { message: sentence, said } = messageOf(told);
  const tookMs = clock.monotonicMs() - begunMs;
  const isListed = steps.some(({ step, result }) => step === 'listed' && result === 'pass');
  // What it holds is told beside the verdict; that it does not come changes no verdict.
  const found = isListed ? await within(lookInside(config, secret, dialer), TIMEOUT_MS).catch(() => null) : null;
  return { at: clock.nowMs(), isGood, tookMs, steps, sentence, said, found, next: nextStep(config, steps) };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(inEnglish(say('said.test.late', { seconds: timeoutMs / 1000 })))), timeoutMs);
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
      failure: say('said.test.noName'),
      run: () => firstOf(addresses, async ({ host }) => say('said.test.resolved', { host, address: await dialer.resolve(host) })),
    },
    {
      step: 'connected',
      failure: say('said.test.noConnection'),
      run: async () => say('said.test.connected', { address: await firstOf(addresses, dial(false)) }),
    },
  ];
  if (addresses.some((address) => address.tls !== null)) {
    steps.push({
      step: 'tls',
      failure: say('said.test.noTls'),
      run: async () => say('said.test.certificate', { address: await firstOf(addresses, dial(true)) }),
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
    { step: 'signed-in', failure: say('said.test.noJobManager'), run: () => meetJobManager(jobManager) },
    { step: 'settings', failure: say('said.test.noSettings'), run: () => checkConfiguration(jobManager) },
  ];
  if (config.gatewayUrl === null) return steps;
  const gateway = new SqlGateway(dialer, address, config.gatewayUrl);
  let session: GatewaySession | null = null;
  steps.push(
    {
      step: 'gateway',
      failure: say('said.test.gatewayWrong'),
      run: async () => {
        const met = await meetGateway(gateway, jobManager);
        session = met.session;
        closing.push(() => met.session.close());
        return met.sentence;
      },
    },
    {
      step: 'connectors',
      failure: say('said.test.noGatewayPlan'),
      timeoutMs: PLANNER_MS,
      run: async () => {
        if (!session) throw new Error('There is no session.');
        return checkConnectors(session);
      },
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
      failure: say('said.test.notSignedIn'),
      run: async () => {
        await cluster.metadata([]);
        return securityProtocol.startsWith('SASL') ? say('said.test.signedIn', { username }) : say('said.test.noSignIn');
      },
    },
    {
      step: 'listed',
      failure: say('said.test.noTopics'),
      run: async () => {
        const { topics } = await cluster.metadata(null);
        return say('said.test.topics', { n: topics.length });
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
      failure: say('said.test.notSignedIn'),
      run: async () => {
        const opened = await sessionOf(config, secret, dialer);
        session = opened;
        closing.push(() => opened.close());
        return say(config.tls === 'off' ? 'said.test.signedIn' : 'said.test.signedInEncrypted', { username: config.username });
      },
    },
    {
      step: 'listed',
      failure: say('said.test.noTables'),
      run: async () => {
        const text =
          "SELECT count(*), current_setting('server_version') FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
        const [row] = (await session?.query(text)) ?? [];
        return say('said.test.tables', { n: Number(row?.[0] ?? 0), version: row?.[1] ?? '' });
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
      failure: say('said.test.notSignedIn'),
      run: async () => {
        await store.ensureBucket(bucket);
        return say('said.test.bucket', { bucket });
      },
    },
    {
      step: 'listed',
      failure: say('said.test.noList', { bucket }),
      run: async () => {
        await store.list(bucket, '', { limit: 1, delimiter: '/' });
        return say('said.test.listed', { bucket });
      },
    },
    {
      step: 'wrote',
      failure: say('said.test.noWrite', { bucket }),
      run: async () => {
        await store.put(ref, body);
        return say('said.test.wrote', { key: ref.key });
      },
    },
    {
      step: 'read',
      failure: say('said.test.noRead', { bucket }),
      run: async () => {
        if (!body.equals(await store.get(ref))) throw new Error(inEnglish(say('said.test.otherBytes')));
        return say('said.test.read');
      },
    },
    {
      step: 'deleted',
      failure: say('said.test.noDelete', { bucket, key: ref.key }),
      run: async () => {
        await store.delete(ref);
        return say('said.test.works');
      },
    },
  ];
}
