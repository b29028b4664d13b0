/** What the kept snapshots of a job may still have to commit. Loaded only when a killed run has left something. */
import { StoreError } from '../../storage/contract.ts';
import { MANIFEST_NAME } from '../checkpoint/manifest.ts';
import { decodeManifest } from '../checkpoint/manifest-codec.ts';
import { objectIn, type SnapshotFolder, subfolder, subfolderNames } from '../checkpoint/snapshot-folder.ts';
import type { Committable } from '../connectors/contract.ts';
import type { RunSpec } from './wire.ts';

/** What all kept snapshots of the job name. Throws where that is not known. */
export async function retainedCommittables(
  spec: Pick<RunSpec, 'checkpoint' | 'savepointDirectory' | 'otherSnapshots' | 'restoreFrom'>,
  locate: (uri: string) => Promise<SnapshotFolder>,
): Promise<readonly Committable[]> {
  const folders: SnapshotFolder[] = [];
  for (const uri of [spec.checkpoint.directory, spec.savepointDirectory]) {
    if (uri === null) continue;
    const directory = await locate(uri);
    folders.push(...(await subfolderNames(directory)).map((name) => subfolder(directory, name)));
  }
  const others = [...(spec.otherSnapshots ?? []), ...(spec.restoreFrom === null ? [] : [spec.restoreFrom])];
  for (const uri of others) folders.push(await locate(uri));
  const named: Committable[] = [];
  for (const folder of folders) named.push(...(await committablesOf(folder)));
  return named;
}

async function committablesOf(folder: SnapshotFolder): Promise<readonly Committable[]> {
  let bytes: Uint8Array;
  try {
    bytes = await folder.store.get(objectIn(folder, MANIFEST_NAME));
  } catch (error) {
    // Not complete, or deleted meanwhile: it is no snapshot.
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'bucket-not-found')) return [];
    throw error;
  }
  const decoded = decodeManifest(bytes);
  if (decoded.kind === 'broken')
    throw new Error(`the snapshot ${folder.uri} cannot be read, so it is not known what it needs: ${decoded.reason}.`);
  return decoded.kind === 'manifest' ? decoded.manifest.sinks.flatMap((sink) => sink.committables) : [];
}
