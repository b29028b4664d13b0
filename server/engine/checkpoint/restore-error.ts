/**
 * Why a snapshot cannot be restored. `restore-broken`: the snapshot itself is damaged or incomplete, an older one may do.
 * `restore-incompatible`: it is whole but does not fit the job; an older one of the same job would not fit either.
 * Failures of the store itself stay StoreErrors.
 */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';
  readonly code: 'restore-broken' | 'restore-incompatible';
  /** URI of the snapshot's folder. */
  readonly snapshot: string;
  /** Object in the folder that is at fault, or null. */
  readonly part: string | null;
  constructor(code: RestoreError['code'], snapshot: string, part: string | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.snapshot = snapshot;
    this.part = part;
  }
}
