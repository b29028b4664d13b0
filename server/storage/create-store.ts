/** Makes the object store that a specification names. */
import type { Dialer } from '../effects/dialer.ts';
import type { StoreSpec } from '../engine/runtime/wire.ts';
import type { ObjectStore } from './contract.ts';
import { LocalObjectStore } from './local-store.ts';
import { S3ObjectStore } from './s3-store.ts';

/** With a dialer, a remote store is reached only as its address policy allows. Opens no connection. */
export function createStore(spec: StoreSpec, dialer: Dialer | null = null): ObjectStore {
  return spec.kind === 'local' ? new LocalObjectStore(spec.root) : new S3ObjectStore(spec, dialer);
}
