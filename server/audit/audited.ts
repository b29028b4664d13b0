/** The audit log: every act that changes something, or was refused, with who, what, from where and the request id. Append only. */

import type { Call, Caller } from '../auth/caller.ts';
import { Refusal } from '../contract/errors.ts';
import { inEnglish, say, type Told } from '../contract/said.ts';
import type { Database, DatabaseOrTransaction } from '../db/open-database.ts';
import { saidJson } from '../db/told-columns.ts';

export interface AuditObject {
  readonly type:
    | 'job'
    | 'snapshot'
    | 'user'
    | 'session'
    | 'api-token'
    | 'access-key'
    | 'template'
    | 'queue'
    | 'settings'
    | 'operation'
    | 'connection'
    | 'global-variable'
    | 'package'
    | 'alarm'
    | 'alarm-rule'
    | 'alarm-channel'
    | 'alarm-silence';
  readonly id: string;
  readonly name: string;
}

export interface AuditNote {
  /** Once it is known (a job that is being made has no id before). */
  object?: AuditObject;
  /** What changed; never holds a secret. */
  before?: unknown;
  after?: unknown;
  message?: Told;
}

/** What an act is given: its note, and the way to write it down together with what it did. */
export interface AuditScope extends AuditNote {
  /**
   * Records the act as done in its own transaction, as its last step: then neither is there without the other. When the transaction fails the
   * act is recorded as refused or failed. An act that never calls it is recorded after it is done.
   */
  recordIn(tx: DatabaseOrTransaction): Promise<void>;
}

type WhoCalls = Call & { readonly caller?: Caller };

/** Runs an act and records what came of it: done, refused (a Refusal) or failed. */
export async function audited<T>(
  database: Database,
  call: WhoCalls,
  action: string,
  object: AuditObject,
  act: (note: AuditScope) => Promise<T>,
): Promise<T> {
  let isRecorded = false;
  const note: AuditScope = {
    async recordIn(tx) {
      await recordAudit(tx, call, action, note.object ?? object, 'done', note);
      isRecorded = true;
    },
  };
  try {
    const answer = await act(note);
    if (!isRecorded) await recordAudit(database, call, action, note.object ?? object, 'done', note);
    return answer;
  } catch (error) {
    const result = error instanceof Refusal ? 'refused' : 'failed';
    const message = error instanceof Refusal ? error.said : say('said.no.internalLogged');
    await recordAudit(database, call, action, note.object ?? object, result, { ...note, message });
    throw error;
  }
}

export async function recordAudit(
  database: DatabaseOrTransaction,
  call: WhoCalls,
  action: string,
  object: AuditObject,
  result: 'done' | 'refused' | 'failed',
  note: AuditNote = {},
): Promise<void> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value).slice(0, 20_000));
  await database.auditEntry.create({
    data: {
      userId: call.caller?.userId ?? null,
      who: call.caller?.name ?? (call.via === 'system' ? 'system' : 'not signed in'),
      action,
      objectType: object.type,
      objectId: object.id,
      objectName: object.name.slice(0, 200),
      address: call.address.slice(0, 100),
      via: call.via,
      result,
      message: inEnglish(note.message ?? []).slice(0, 1_000),
      saidJson: saidJson(note.message ?? []),
      beforeJson: json(note.before),
      afterJson: json(note.after),
      requestId: call.requestId,
    },
  });
}
