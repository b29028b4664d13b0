/**
 * Failures of Kafka calls. A code is the protocol's error code (0 none, -1 unknown server error); a failure below the protocol
 * (network, sign-in, timeout) has no code. `isRetryable`: the same call may succeed later. `isLeaderStale`: ask for metadata first.
 */
import { protocolErrors, protocolErrorsCodesById, ResponseError } from '@platformatic/kafka';
import { DialError } from '../../../effects/dialer.ts';
import { ConnectorError } from '../contract.ts';

export const OFFSET_OUT_OF_RANGE = 1;
export const UNKNOWN_TOPIC_OR_PARTITION = 3;
export const MESSAGE_TOO_LARGE = 10;
export const RECORD_LIST_TOO_LARGE = 18;
export const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
export const DUPLICATE_SEQUENCE_NUMBER = 46;
export const INVALID_PRODUCER_EPOCH = 47;
export const UNKNOWN_PRODUCER_ID = 59;

/** UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, REPLICA_NOT_AVAILABLE, FENCED_ and UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR, NOT_COORDINATOR. */
const STALE_CODES: ReadonlySet<number> = new Set([3, 5, 6, 9, 74, 76, 56, 16]);
/** Those that the protocol calls retriable, and UNKNOWN_LEADER_EPOCH, COORDINATOR_* and NOT_ENOUGH_REPLICAS*. */
const RETRYABLE_CODES: ReadonlySet<number> = new Set([
  2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 51, 56, 58, 70, 71, 72, 74, 76, 78, 88, 89, 100, 103, 106,
]);
/** TOPIC_, GROUP_, CLUSTER_AUTHORIZATION_FAILED. */
const AUTHORIZATION_CODES: ReadonlySet<number> = new Set([29, 30, 31]);

export type KafkaFailure = 'network' | 'timeout' | 'policy' | 'sign-in' | 'protocol' | 'closed';

export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly failure: KafkaFailure;
  readonly code: number | null;
  constructor(failure: KafkaFailure, message: string, code: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
    this.code = code;
  }

  get isRetryable(): boolean {
    if (this.code !== null) return RETRYABLE_CODES.has(this.code);
    return this.failure === 'network' || this.failure === 'timeout';
  }

  get isLeaderStale(): boolean {
    return this.code === null ? this.failure !== 'sign-in' : STALE_CODES.has(this.code);
  }
}

export function codeName(code: number): string {
  return (protocolErrorsCodesById as Readonly<Record<string, string>>)[String(code)] ?? `error ${code}`;
}

export function codeIsRetryable(code: number): boolean {
  return RETRYABLE_CODES.has(code);
}

/** `Kafka refused to read topic orders: TOPIC_AUTHORIZATION_FAILED (…)`. */
export function codeError(act: string, code: number, detail: string | null = null, cause?: unknown): KafkaError {
  const name = codeName(code);
  const known = (protocolErrors as Readonly<Record<string, { readonly message: string }>>)[name]?.message;
  const why = AUTHORIZATION_CODES.has(code) ? 'the user has no right to' : (detail ?? known ?? 'no reason given').replace(/\.$/, '');
  return new KafkaError('protocol', `Kafka cannot ${act}: ${name} (${why}).`, code, cause === undefined ? undefined : { cause });
}

/** What an api of the library threw, as a KafkaError. */
export function kafkaErrorOf(error: unknown, act: string): KafkaError {
  if (error instanceof KafkaError) return error;
  if (error instanceof DialError) {
    return new KafkaError(error.reason === 'refused-by-policy' ? 'policy' : 'network', error.message, null, { cause: error });
  }
  if (error instanceof ResponseError) {
    const first = error.errors[0] as { readonly apiCode?: number; readonly serverErrorMessage?: string | null } | undefined;
    if (first?.apiCode !== undefined) return codeError(act, first.apiCode, first.serverErrorMessage ?? null, error);
  }
  return new KafkaError('protocol', `Kafka cannot ${act}: ${(error as Error).message}`, null, { cause: error });
}

/** For the job: the sentence, and whether starting again may help. */
export function connectorErrorOf(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof KafkaError) return new ConnectorError(error.message, error.isRetryable, { cause: error });
  return new ConnectorError((error as Error).message, false, { cause: error });
}
