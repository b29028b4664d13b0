/**
 * Every request to /api/v1 goes through here, in this order: request id, route, sign-in, role, origin of writes, parameters, query, body
 * (strict schemas), service, answer (its schema), translation of errors. What is not in the table of routes does not exist; what is
 * there needs a sign-in unless it is one of PUBLIC_ROUTES. Object rights are the services' (server/auth/job-access.ts).
 */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { authenticate, isSecureRequest, sessionCookie } from '../auth/authenticate.ts';
import type { Call, Caller } from '../auth/caller.ts';
import { ERROR_STATUS, type ErrorCode, Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import { recognise } from '../contract/recognise.ts';
import type { RouteContract } from '../contract/route.ts';
import { ROUTES, type RouteName } from '../contract/routes.ts';
import { type Said, say } from '../contract/said.ts';
import { isUnwritable } from '../db/unwritable.ts';
import type { ConsoleContext } from '../services/context.ts';
import { StoreError } from '../storage/contract.ts';
import { PUBLIC_HANDLERS, PUBLIC_ROUTES, type PublicHandler, type PublicRoute, USER_HANDLERS, type UserHandler } from './handlers.ts';
import { matchRoute } from './match-route.ts';
import { clientAddress, queryOf, readJson, requireOwnOrigin } from './request-parts.ts';

export const API_PREFIX = '/api/v1';
/** The longest a session can last (server/auth/session.ts); the server ends it earlier without use. */
const SESSION_COOKIE_SECONDS = 90 * 86_400;

function isPublic(name: RouteName): name is PublicRoute {
  return (PUBLIC_ROUTES as readonly string[]).includes(name);
}

export async function dispatch(context: ConsoleContext, request: Request): Promise<Response> {
  const requestId = randomUUID();
  const answer = await answerOf(context, request, requestId).catch((error: unknown) => errorAnswer(context, error, requestId));
  answer.headers.set('x-request-id', requestId);
  if (!answer.headers.has('cache-control')) answer.headers.set('cache-control', 'no-store');
  answer.headers.set('x-content-type-options', 'nosniff');
  return answer;
}

async function answerOf(context: ConsoleContext, request: Request, requestId: string): Promise<Response> {
  const url = new URL(request.url);
  const match = matchRoute(request.method, url.pathname.slice(API_PREFIX.length));
  if (match.kind === 'none') throw new Refusal('not-found', say('said.no.route', { path: url.pathname.slice(0, 200) }));
  if (match.kind === 'wrong-method')
    throw new Refusal('method-not-allowed', say('said.no.method', { methods: match.allowed.join(' or ') }));
  const route: RouteContract = ROUTES[match.name];
  const caller = await authenticate(context.database, request.headers, request.url, context.clock.nowMs());
  if (!isPublic(match.name) && caller === null) throw new Refusal('not-signed-in', say('said.no.signIn'));
  if (route.access === 'admin' && caller?.role !== 'admin') throw new Refusal('not-allowed', say('said.no.admin'));
  if (route.method !== 'GET') requireOwnOrigin(request.headers, caller !== null && caller.sessionId !== null);

  const input = {
    params: parsed(route.params, match.params, 'path'),
    query: parsed(route.query, queryOf(url), 'query'),
    body: route.body === null ? undefined : parsed(route.body, await readJson(request), ''),
  };
  const call: Call = {
    requestId,
    address: clientAddress(request.headers),
    userAgent: request.headers.get('user-agent') ?? '',
    via: caller !== null && caller.sessionId === null ? 'api' : 'console',
  };
  return run(context, request, match.name, caller, call, input);
}

async function run(
  context: ConsoleContext,
  request: Request,
  name: RouteName,
  caller: Caller | null,
  call: Call,
  input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): Promise<Response> {
  const route: RouteContract = ROUTES[name];
  let cookie: string | null = null;
  const isSecure = isSecureRequest(request.headers, request.url);
  const common = {
    ...input,
    context,
    request,
    setSession: (token: string) => {
      cookie = sessionCookie(token, isSecure, token === '' ? 0 : SESSION_COOKIE_SECONDS);
    },
  };
  // The table's types bind each handler to its own schemas; here any of them is called with what its schemas gave.
  const value = isPublic(name)
    ? await (PUBLIC_HANDLERS[name] as unknown as PublicHandler<'getSetup'>)({ ...common, call } as never)
    : await (USER_HANDLERS[name] as unknown as UserHandler<'getSession'>)({ ...common, call: { ...call, caller } } as never);
  if (value instanceof Response) return value;
  const checked = route.answer.safeParse(value);
  if (!checked.success) throw new Error(`the answer of ${name} does not fit its schema: ${z.prettifyError(checked.error)}`);
  const response = Response.json(checked.data, { status: route.status });
  if (cookie !== null) response.headers.set('set-cookie', cookie);
  return response;
}

function parsed(schema: z.ZodType, value: unknown, place: 'path' | 'query' | ''): unknown {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const details = outcome.error.issues.slice(0, 50).map((issue) => fieldProblemOf(issue, place));
  const first = details[0];
  throw new Refusal('invalid-request', first === undefined ? say('said.no.fit') : problemOf(first.path, first.said), details);
}

const problemOf = (path: string, problem: readonly Said[]): Said =>
  path === '' ? say('said.no.body', { problem }) : say('said.no.field', { path, problem });

/** None is a defect: a store also serves others, who may be in the way. */
const STORE_CODES: Record<StoreError['code'], ErrorCode> = {
  'not-found': 'not-found',
  'bucket-not-found': 'not-found',
  'invalid-key': 'invalid-request',
  denied: 'store-unreachable',
  unreachable: 'store-unreachable',
  full: 'no-room',
  failed: 'store-unreachable',
  conflict: 'store-unreachable',
  corrupt: 'store-unreachable',
};

export function errorAnswer(context: Pick<ConsoleContext, 'log'>, error: unknown, requestId: string): Response {
  let refusal = error instanceof Refusal ? error : null;
  if (error instanceof StoreError) {
    refusal = new Refusal(STORE_CODES[error.code], recognise(error.message));
  }
  if (!refusal && isUnwritable(error)) {
    context.log('error', `request ${requestId} failed: the database cannot be written`, error);
    refusal = new Refusal('no-room', say('said.no.room'));
  }
  if (!refusal) {
    context.log('error', `request ${requestId} failed`, error);
    refusal = new Refusal('internal', say('said.no.internal'));
  }
  const { code, message, said, details } = refusal;
  const response = Response.json(
    { error: { code, message, said, requestId, ...(details === undefined ? {} : { details }) } },
    { status: ERROR_STATUS[code] },
  );
  const retryAfterMs = (details as { retryAfterMs?: unknown } | undefined)?.retryAfterMs;
  if (typeof retryAfterMs === 'number') response.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  return response;
}
