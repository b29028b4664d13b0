/** The full check of a snapshot: manifest, and length and SHA-256 of every part. Reads every byte of it. */
import { RestoreError } from '../engine/checkpoint/restore-error.ts';
import type { SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import { readManifest, verifyParts } from '../engine/checkpoint/snapshot-reader.ts';

export type Verification = { readonly isGood: true } | { readonly isGood: false; readonly message: string };

/** Throws StoreError when the store does not answer: then nothing is known. */
export async function verifySnapshot(folder: SnapshotFolder): Promise<Verification> {
  try {
    await verifyParts(folder, await readManifest(folder));
    return { isGood: true };
  } catch (error) {
    if (error instanceof RestoreError) return { isGood: false, message: error.message };
    throw error;
  }
}
