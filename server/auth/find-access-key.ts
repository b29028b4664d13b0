/** Access keys of the DLI-compatible API: the secret to check a signature with, and the caller that the key stands for. */
import type { Database } from '../db/open-database.ts';
import { type MasterKey, unseal } from '../secrets/seal.ts';
import type { Secret } from '../secrets/secret.ts';
import { callerOfUser } from './authenticate.ts';
import type { Caller } from './caller.ts';

/** What a sealed secret key is bound to. */
export const accessKeyContext = (accessKey: string): string => `access-key:${accessKey}`;

const TOUCH_MS = 60_000;

/** Null when there is no such key, or it or its user is disabled. Says nothing about the signature. */
export async function findAccessKey(
  database: Database,
  masterKey: MasterKey,
  accessKey: string,
  nowMs: number,
): Promise<{ readonly secret: Secret; readonly caller: Caller } | null> {
  const row = await database.accessKey.findUnique({ where: { accessKey }, include: { user: true } });
  if (!row || row.isDisabled || row.user.isDisabled) return null;
  if (row.lastUsedAt === null || nowMs - row.lastUsedAt.getTime() > TOUCH_MS) {
    await database.accessKey.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date(nowMs) } });
  }
  const caller = await callerOfUser(database, row.user);
  return { secret: unseal(masterKey, accessKeyContext(accessKey), row.secretSealed), caller: { ...caller, projectId: row.projectId } };
}
