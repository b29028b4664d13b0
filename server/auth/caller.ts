/** Who calls, and the call: what every service gets beside its input. */
import type { UserRole } from '../contract/account.ts';

export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  readonly projectId: string;
  /** Set when the caller came with a session cookie. */
  readonly sessionId: string | null;
  readonly sessionExpiresAt: number | null;
}

export interface Call {
  readonly requestId: string;
  /** Where the call came from, for the audit log and limits. */
  readonly address: string;
  readonly userAgent: string;
  readonly via: 'console' | 'api' | 'dli' | 'system';
}

/** A call of a signed-in user. */
export interface UserCall extends Call {
  readonly caller: Caller;
}
