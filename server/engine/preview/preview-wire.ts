/** Messages between whoever asks for a preview and its process (Node's IPC channel, JSON). The process ends when the channel closes. */
import type { ConnectionSet, StoreSpec } from '../runtime/wire.ts';

export interface PreviewSpec {
  readonly sql: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Which query: INSERTs and SELECTs counted from 0 in the order of the script. */
  readonly statement: number;
  readonly source: 'live' | 'sample';
  /** Rows of tables by name, each a JSON object; tables that are not named get made-up rows. */
  readonly samples: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly rowsMax: number;
  readonly timeMs: number;
  /** Of the process as a whole. */
  readonly memoryBytes: number;
  readonly store: StoreSpec;
  readonly allowPrivateAddresses: boolean;
  readonly allowedAddresses: readonly string[];
  /** With their secrets. */
  readonly connections: ConnectionSet;
}

export interface PreviewRow {
  readonly kind: string;
  /** As Flink prints them; null is NULL. */
  readonly values: readonly (string | null)[];
}

export type PreviewEndReason = 'finished' | 'rows' | 'time' | 'memory' | 'stopped' | 'failed';

export interface PreviewProgress {
  readonly atMs: number;
  readonly watermarkMs: number | null;
  readonly total: number;
  readonly recordsIn: number;
}

export type PreviewReport =
  | {
      readonly type: 'started';
      readonly atMs: number;
      readonly sink: string | null;
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly warnings: readonly string[];
    }
  | ({ readonly type: 'rows'; readonly rows: readonly PreviewRow[] } & PreviewProgress)
  | ({ readonly type: 'progress' } & PreviewProgress)
  | {
      readonly type: 'end';
      readonly atMs: number;
      readonly reason: PreviewEndReason;
      readonly message: string;
      readonly total: number;
      readonly recordsIn: number;
    };

export type PreviewOrder = { readonly type: 'start'; readonly spec: PreviewSpec } | { readonly type: 'stop' };
