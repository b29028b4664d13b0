/**
 * The one way out: every address a user may set is dialed through here (engine connectors, object stores, webhooks).
 * Protocol: resolve once, check all resolved addresses against the policy, connect to a checked address; no redirect is followed.
 */
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

export interface DialRequest {
  readonly host: string;
  readonly port: number;
  /** Set for TLS; servername defaults to host. */
  readonly tls?: ConnectionOptions;
  readonly timeoutMs: number;
}

export interface Dialer {
  /** A connected (and, with tls, verified) socket. Throws DialError. */
  connect(request: DialRequest): Promise<Socket>;
  /** Resolves and checks only; for clients that insist on opening their own socket. Returns the address to use. */
  resolve(host: string): Promise<string>;
}

export type DialFailure = 'refused-by-policy' | 'not-found' | 'unreachable' | 'timeout' | 'tls';

export class DialError extends Error {
  override readonly name = 'DialError';
  readonly reason: DialFailure;
  constructor(reason: DialFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
