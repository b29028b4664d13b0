/** From whatever was thrown to what the supervisor and people are told: cause, whose matter it is, and whether another try may help. */
import { DialError } from '../../effects/dialer.ts';
import { StoreError } from '../../storage/contract.ts';
import { FencedError } from '../checkpoint/coordinator.ts';
import { RestoreError } from '../checkpoint/restore-error.ts';
import { ConnectorError } from '../connectors/contract.ts';
import { StateError } from '../state/contract.ts';
import type { JobFailure } from './wire.ts';

/** What a record or expression cannot be: thrown by formats, casts and functions; told by name since each room has its own class. */
const DATA_ERRORS: ReadonlySet<string> = new Set(['DataError', 'EvaluationError', 'CastError']);

export function classifyFailure(error: unknown, operatorUid: string | null): JobFailure {
  const cause = error instanceof Error ? error : new Error(String(error));
  const { key, domain, isRetryable } = kindOf(cause);
  return {
    message: cause.message,
    causeKey: operatorUid === null ? key : `${key}@${operatorUid}`,
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
    return { key: error.code === 'corrupt' ? 'restore-broken' : 'restore-incompatible', domain: 'user', isRetryable: false };
  }
  if (DATA_ERRORS.has(error.name)) return { key: 'data', domain: 'user', isRetryable: false };
  return { key: `internal-${error.name}`, domain: 'internal', isRetryable: true };
}
