/**
 * The one function that talks to the API. A failed call throws ApiError with the server's message and request id; a lost connection is code `offline`.
 */
import type { ErrorAnswer, ErrorCode } from '../../server/contract/errors.ts';
import type { RouteAnswer, RouteBody, RouteParams, RouteQuery } from '../../server/contract/routes.ts';
import { type EndpointName, methodOf, urlOf } from './endpoints.ts';

export class ApiError extends Error {
  readonly code: ErrorCode | 'offline';
  readonly status: number;
  readonly requestId: string;
  readonly details: unknown;

  constructor(code: ErrorCode | 'offline', status: number, message: string, requestId: string, details: unknown) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
  }
}

type Part<K extends string, V> = V extends undefined
  ? { readonly [P in K]?: undefined }
  : Record<string, never> extends V
    ? { readonly [P in K]?: V }
    : { readonly [P in K]: V };
export type CallInput<N extends EndpointName> = Part<'params', RouteParams<N>> & Part<'query', RouteQuery<N>> & Part<'body', RouteBody<N>>;

/** Called when the server says that nobody is signed in; the shell sets it to show the sign-in. */
let onSignedOut: (() => void) | null = null;
export function whenSignedOut(handler: (() => void) | null): void {
  onSignedOut = handler;
}

async function send(url: string, method: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('offline', 0, '', '', undefined);
  }
}

export async function call<N extends EndpointName>(name: N, input: CallInput<N>, signal?: AbortSignal): Promise<RouteAnswer<N>> {
  const parts = input as { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };
  const response = await send(urlOf(name, parts.params, parts.query), methodOf(name), parts.body, signal);
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as RouteAnswer<N>;
  const error = (answer as ErrorAnswer | null)?.error;
  if (response.status === 401 && name !== 'signIn') onSignedOut?.();
  throw new ApiError(
    error?.code ?? 'internal',
    response.status,
    error?.message ?? response.statusText,
    error?.requestId ?? '',
    error?.details,
  );
}
