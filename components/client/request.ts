/**
 * The one function that talks to the API. A failed call throws ApiError with the server's message and request id; a lost connection is code `offline`.
 */

import type { ErrorAnswer, ErrorCode } from '../../server/contract/errors.ts';
import type { RouteAnswer, RouteBody, RouteParams, RouteQuery } from '../../server/contract/routes.ts';
import type { Sentence } from '../../server/contract/sentence.ts';
import { type EndpointName, methodOf, urlOf } from './endpoints.ts';

export class ApiError extends Error {
  readonly code: ErrorCode | 'offline';
  readonly status: number;
  readonly requestId: string;
  readonly details: unknown;
  /** The message by codes. */
  readonly said: readonly Sentence[];

  constructor(
    code: ErrorCode | 'offline',
    status: number,
    message: string,
    requestId: string,
    details: unknown,
    said: readonly Sentence[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.said = said;
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
  const raw = body instanceof Blob;
  const type = raw ? body.type : 'application/json';
  try {
    return await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': type },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('offline', 0, '', '', undefined);
  }
}

interface Parts {
  readonly params?: Record<string, unknown> | undefined;
  readonly query?: Record<string, unknown> | undefined;
  /** A Blob is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** The answer of a route that is a stream or a file. Throws ApiError like `call`. */
export async function callRaw(name: EndpointName, parts: Parts, signal?: AbortSignal): Promise<Response> {
  const response = await send(urlOf(name, parts.params, parts.query), methodOf(name), parts.body, signal);
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  const error = (answer as ErrorAnswer | null)?.error;
  if (response.status === 401 && name !== 'signIn') onSignedOut?.();
  throw new ApiError(
    error?.code ?? 'internal',
    response.status,
    error?.message ?? response.statusText,
    error?.requestId ?? '',
    error?.details,
    error?.said,
  );
}

export async function call<N extends EndpointName>(name: N, input: CallInput<N>, signal?: AbortSignal): Promise<RouteAnswer<N>> {
  const response = await callRaw(name, input as Parts, signal);
  return (await response.json().catch(() => null)) as RouteAnswer<N>;
}

/** JSON lines of a stream, one after the other as they come. */
export async function readLines(response: Response, take: (line: unknown) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) take(JSON.parse(line));
  }
  if (rest) take(JSON.parse(rest));
}
