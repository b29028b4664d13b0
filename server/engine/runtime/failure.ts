/** From whatever was thrown to what the supervisor and people are told: cause, whose matter it is, and whether another try may help. */
import { DialError } from '../../effects/dialer.ts';
import { StoreError } from '../../storage/contract.ts';
import { FencedError } from '../checkpoint/coordinator.ts';
import { RestoreError } from '../checkpoint/restore-error.ts';
import { ConnectorError } from '../connectors/contract.ts';
import { DataError } from '../functions/contract.ts';
import { StateError } from '../state/contract.ts';
import { DirectoryError } from './locate-folder.ts';
import type { JobFailure } from './wire.ts';

/** Causes that are the same whatever operator met them; a supervisor knows them by these words. */
const WHOLE_JOB: ReadonlySet<string> = new Set(['restore-broken', 'restore-incompatible', 'fenced', 'state-budget']);

/** A failure that was classified where it happened, in another thread: its class is gone, so the facts travel. */
export class ReportedFailure extends Error {
  override readonly name: string;
  readonly failure: JobFailure;
  constructor(failure: JobFailure, name = 'ReportedFailure') {
    super(failure.message);
    this.failure = failure;
    this.name = name;
  }
}

export function classifyFailure(error: unknown, operatorUid: string | null): JobFailure {
  if (error instanceof ReportedFailure) return error.failure;
  const cause = error instanceof Error ? error : new Error(String(error));
  const { key, domain, isRetryable } = kindOf(cause);
  return {
    message: cause.message,
    causeKey: operatorUid === null || WHOLE_JOB.has(key) ? key : `${key}@${operatorUid}`,
    operatorUid,
    isRetryable,
    domain,
    stack: domain === 'internal' ? (cause.stack ?? null) : null,
  };
}

function kindOf(error: Error): { readonly key: string; readonly domain: JobFailure['domain']; readonly isRetryable: boolean } {
  if (error instanceof RestoreError) {
    return { key: error.code, domain: error.code === 'restore-broken' ? 'external' : 'user', isRetryable: false };
  }
  if (error instanceof FencedError) return { key: 'fenced', domain: 'internal', isRetryable: false };
  if (error instanceof ConnectorError) return { key: 'connector', domain: 'external', isRetryable: error.isRetryable };
  if (error instanceof StoreError) return { key: `store-${error.code}`, domain: 'external', isRetryable: error.isRetryable };
  if (error instanceof DialError)
    return { key: `dial-${error.reason}`, domain: 'external', isRetryable: error.reason !== 'refused-by-policy' };
  if (error instanceof StateError) {
    if (error.code === 'budget') return { key: 'state-budget', domain: 'user', isRetryable: false };
    if (error.code === 'corrupt') return { key: 'restore-broken', domain: 'external', isRetryable: false };
    return { key: 'restore-incompatible', domain: 'user', isRetryable: false };
  }
  if (error instanceof DirectoryError) return { key: 'directory', domain: 'user', isRetryable: false };
  if (error instanceof DataError) return { key: 'data', domain: 'user', isRetryable: false };
  return { key: `internal-${error.name}`, domain: 'internal', isRetryable: true };
}
