/** The object store of a run; the S3 client is loaded only when it is used. */
import type { Dialer } from '../../effects/dialer.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import { LocalObjectStore } from '../../storage/local-store.ts';
import type { StoreSpec } from './wire.ts';

export async function openStore(spec: StoreSpec, dialer: Dialer): Promise<ObjectStore> {
  if (spec.kind === 'local') return new LocalObjectStore(spec.root);
  const { createStore } = await import('../../storage/create-store.ts');
  return createStore(spec, dialer);
}
