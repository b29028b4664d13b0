/** What a test adds to its steps: the version of the other side and what it gives access to; and what helps where a step failed. */
import type { ConnectionConfig, ConnectionTest } from '../contract/connections.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { Secret } from '../secrets/secret.ts';
import { listObjects } from './list-objects.ts';
import { kafkaRelease, sessionOf } from './open-connection.ts';

const NAMES_SHOWN = 20;

/** Null: there is nothing to look into. */
export async function lookInside(config: ConnectionConfig, secret: Secret | null, dialer: Dialer): Promise<ConnectionTest['found']> {
  const [version, { objects, isCut }] = await Promise.all([versionOf(config, secret, dialer), listObjects(config, secret, dialer, '')]);
  const names = objects.slice(0, NAMES_SHOWN).map((one) => one.name);
  return objects.length === 0 && version === null ? null : { version, names, total: objects.length, isCut };
}

async function versionOf(config: ConnectionConfig, secret: Secret | null, dialer: Dialer): Promise<string | null> {
  if (config.kind === 'kafka') {
    const release = await kafkaRelease(config, secret, dialer);
    return release === null ? null : `Apache Kafka ≥ ${release}`;
  }
  if (config.kind !== 'postgresql') return null;
  const session = await sessionOf(config, secret, dialer);
  try {
    const [row] = await session.query("SELECT current_setting('server_version')");
    return row?.[0] ? `PostgreSQL ${row[0]}` : null;
  } finally {
    await session.close();
  }
}

/** By the step that failed; of an object store the sign-in is where a bucket shows that it is missing or closed. */
export function nextStep(config: ConnectionConfig, steps: ConnectionTest['steps']): ConnectionTest['next'] {
  const failed = steps.find((step) => step.result === 'fail');
  switch (failed?.step) {
    case 'name-found':
      return isPolicy(failed.message) ? 'allow-address' : 'check-name';
    case 'connected':
      return isPolicy(failed.message) ? 'allow-address' : 'check-address';
    case 'tls':
      return 'check-tls';
    case 'signed-in':
      return config.kind === 'object-store' ? 'check-bucket' : 'check-sign-in';
    case 'listed':
      return 'grant-list';
    case 'wrote':
      return 'grant-write';
    case 'read':
      return 'grant-read';
    case 'deleted':
      return 'grant-delete';
    default:
      return null;
  }
}

/** In the dialer's words. */
const isPolicy = (message: string): boolean => message.includes('allow-list');
