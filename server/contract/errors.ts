/** Error codes of the API and their HTTP status. An error answer is `{"error":{"code","message","requestId","details?"}}`. */
import { z } from 'zod';
import { toldSchema } from './primitives.ts';
import { inEnglish, type Said, type Told } from './said.ts';
import { listOf } from './sentence.ts';

export const ERROR_STATUS = {
  /** The request does not fit its schema; details: a list of {path, message}. */
  'invalid-request': 400,
  'not-json': 400,
  /** SQL that does not plan; details: problems. */
  'invalid-sql': 400,
  'queue-not-found': 400,
  'not-signed-in': 401,
  'wrong-credentials': 401,
  'not-allowed': 403,
  'wrong-origin': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'name-taken': 409,
  /** Someone else saved a newer version; details: {version, savedBy, savedAt}. */
  'version-conflict': 409,
  /** The status of the job forbids it. */
  'wrong-status': 409,
  /** Another operation of the job is under way; details: {operationId}. */
  'operation-under-way': 409,
  /** The act would cost more than shown, or needs the job's name typed; details: the new preview. */
  'acceptance-needed': 409,
  'snapshot-not-restorable': 409,
  'in-use': 409,
  'setup-done': 409,
  'link-expired': 410,
  /** What a connection names did not answer, or refused; it says what. */
  'connection-failed': 424,
  'too-large': 413,
  'wrong-content-type': 415,
  'too-many-requests': 429,
  internal: 500,
  'engine-unreachable': 503,
  'store-unreachable': 503,
  'not-ready': 503,
  'time-out': 504,
  /** A disk of the server is full. */
  'no-room': 507,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;
export const errorCodeSchema = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

export const errorAnswerSchema = z.strictObject({
  error: z.strictObject({
    code: errorCodeSchema,
    /** What happened, effect on data, next step. */
    message: z.string(),
    said: toldSchema,
    requestId: z.string(),
    details: z.unknown().optional(),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

/**
 * An expected "no" of a service: nothing was changed. The HTTP room translates it into an error answer, the DLI room into DLI's codes;
 * everything else that is thrown is a defect and answers `internal`.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly said: readonly Said[];
  readonly details: unknown;
  constructor(code: ErrorCode, told: Told, details?: unknown) {
    super(inEnglish(told));
    this.said = listOf(told);
    this.code = code;
    this.details = details;
  }
}
