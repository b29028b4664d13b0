/**
 * An expected "no" in DLI's words: HTTP status, error code and message. Refusals of the services are translated here; `DLI.16001` stands for
 * a job that does not exist or that the caller may not see. Codes: DLI API reference, chapter Error Codes; APIG.* and APIGW.* are the
 * gateway's.
 */

import { type ErrorCode, Refusal } from '../contract/errors.ts';
import type { FieldProblem } from '../contract/field-problem.ts';
import { JOB_OPTION_FIELDS } from '../contract/job-options.ts';
import { recognise } from '../contract/recognise.ts';
import { StoreError } from '../storage/contract.ts';

export class DliError extends Error {
  override readonly name = 'DliError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badParameter = (message: string): DliError => new DliError(400, 'DLI.0001', message);
export const noSuchJob = (): DliError => new DliError(400, 'DLI.16001', 'The job does not exist.');
export const noSuchApi = (): DliError =>
  new DliError(404, 'APIG.0101', 'The API does not exist or has not been published in the environment.');
export const notAuthentic = (why: string): DliError => new DliError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${why}`);

const CODES: Record<ErrorCode, readonly [status: number, code: string]> = {
  'invalid-request': [400, 'DLI.0001'],
  'not-json': [400, 'DLI.0001'],
  'wrong-content-type': [400, 'DLI.0001'],
  'queue-not-found': [400, 'DLI.0002'],
  'not-found': [400, 'DLI.0002'],
  'not-allowed': [400, 'DLI.0003'],
  'invalid-sql': [400, 'DLI.0005'],
  'name-taken': [400, 'DLI.0006'],
  'version-conflict': [400, 'DLI.0007'],
  'wrong-status': [400, 'DLI.0007'],
  'operation-under-way': [400, 'DLI.0007'],
  'acceptance-needed': [400, 'DLI.0007'],
  'snapshot-not-restorable': [400, 'DLI.0007'],
  'in-use': [400, 'DLI.0007'],
  'setup-done': [400, 'DLI.0007'],
  'link-expired': [400, 'DLI.0007'],
  'engine-unreachable': [400, 'DLI.0012'],
  'connection-failed': [400, 'DLI.0012'],
  'store-unreachable': [400, 'DLI.0012'],
  'no-room': [500, 'DLI.0999'],
  'not-ready': [400, 'DLI.0012'],
  'time-out': [400, 'DLI.0019'],
  'not-signed-in': [401, 'APIGW.0301'],
  'wrong-credentials': [401, 'APIGW.0301'],
  'wrong-origin': [401, 'APIGW.0301'],
  'method-not-allowed': [404, 'APIG.0101'],
  'too-large': [413, 'APIG.0201'],
  'too-many-requests': [429, 'APIGW.0308'],
  internal: [500, 'DLI.0999'],
};

const DLI_FIELDS = new Map(JOB_OPTION_FIELDS.map((field) => [field.name as string, field.dliField ?? field.name]));

/** A problem with a running parameter names the field as DLI spells it. */
function messageOf(refusal: Refusal): string {
  const first = Array.isArray(refusal.details) ? (refusal.details[0] as FieldProblem | undefined) : undefined;
  const option = /^options\.(\w+)/.exec(typeof first?.path === 'string' ? first.path : '')?.[1];
  const field = option === undefined ? undefined : DLI_FIELDS.get(option);
  return first && field !== undefined ? `${field}: ${first.message}` : refusal.message;
}

/** `isOfJob`: what was not found is the job that the request names. */
export function dliErrorOf(refusal: Refusal, isOfJob: boolean): DliError {
  if (refusal.code === 'not-found' && isOfJob) return noSuchJob();
  const [status, code] = CODES[refusal.code];
  return new DliError(status, code, messageOf(refusal));
}

const STORE_CODES: Record<string, ErrorCode> = {
  'not-found': 'not-found',
  'bucket-not-found': 'not-found',
  'invalid-key': 'invalid-request',
};

/** Null for a defect. */
export function expectedError(error: unknown, isOfJob: boolean): DliError | null {
  if (error instanceof DliError) return error;
  if (error instanceof Refusal) return dliErrorOf(error, isOfJob);
  if (error instanceof StoreError)
    return dliErrorOf(new Refusal(STORE_CODES[error.code] ?? 'store-unreachable', recognise(error.message)), false);
  return null;
}
