/** The server's API as the commands use it: address and token, one request function, errors in the server's own words. */
import type { RouteAnswer, RouteBody, RouteName, RouteParams, RouteQuery } from '../contract/routes.ts';
import { type CommandInput, type Terminal, UsageError } from './command.ts';

export const SERVER_OPTIONS = { server: 'value', json: 'flag' } as const;

/** Told as it is, exit 1. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: string;
  readonly details: unknown;
  constructor(code: string, message: string, details: unknown = null) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export interface Request<N extends RouteName> {
  readonly params?: RouteParams<N>;
  readonly query?: RouteQuery<N>;
  readonly body?: RouteBody<N>;
}

export interface ServerClient {
  call<N extends RouteName>(route: N, request: Request<N>): Promise<RouteAnswer<N>>;
}

export async function connectServer(input: CommandInput, terminal: Terminal): Promise<ServerClient> {
  const { ROUTES } = await import('../contract/routes.ts');
  const text = input.value('server') ?? terminal.environment.TIDEMARK_SERVER ?? 'http://127.0.0.1:3000';
  const base = URL.parse(text);
  if (!base || !/^https?:$/.test(base.protocol)) throw new UsageError(`--server takes an http:// or https:// address, not '${text}'.`);
  const token = terminal.environment.TIDEMARK_TOKEN;
  if (!token) throw new UsageError('Set TIDEMARK_TOKEN to an API token (console: user menu, API tokens).');
  return {
    async call(name, request) {
      const route = ROUTES[name];
      const url = new URL(`/api/v1${fillPath(route.path, request.params)}`, base);
      for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, String(value));
      const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
      if (request.body !== undefined) headers['content-type'] = 'application/json';
      const init = { method: route.method, headers, redirect: 'error' as const };
      const answer = await send(url, request.body === undefined ? init : { ...init, body: JSON.stringify(request.body) });
      return answer as RouteAnswer<typeof name>;
    },
  };
}

function fillPath(path: string, params: unknown): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((params as Record<string, unknown>)[name])));
}

async function send(url: URL, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    throw new ServerError('unreachable', `The server at ${url.origin} does not answer: ${cause.message}.`);
  }
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new ServerError(
      'no-json',
      `${url.origin} answered ${response.status} without JSON: it is no Tidemark server, or a proxy is in between.`,
    );
  }
  if (response.ok) return answer;
  const { code, message, details } = (answer as { error?: { code?: string; message?: string; details?: unknown } }).error ?? {};
  throw new ServerError(code ?? String(response.status), message ?? `The server answered ${response.status}.`, details ?? null);
}

/** A job by id or by its whole name. */
export async function findJob(client: ServerClient, word: string | undefined): Promise<{ readonly id: number; readonly name: string }> {
  if (word === undefined) throw new UsageError('Name a job, or give its id.');
  const { items } = await client.call('listJobs', { query: { q: word, pageSize: 100 } });
  const matches = items.filter((job) => job.name === word || String(job.id) === word);
  const match = matches.find((job) => job.name === word) ?? matches[0];
  if (!match) throw new ServerError('not-found', `There is no job '${word}' that you may see.`);
  return { id: match.id, name: match.name };
}

/** Says what became of an act; with `wait`, waits for its operation. Returns the exit code. */
export async function finishAct(
  client: ServerClient,
  results: RouteAnswer<'startJobs'>['results'],
  input: CommandInput,
  terminal: Terminal,
): Promise<number> {
  let code = 0;
  for (const result of results) {
    if (result.outcome === 'refused') code = 1;
    let told: { readonly message: string; readonly status: string } = { message: result.message, status: result.outcome };
    if (result.operationId !== null && !input.flag('no-wait')) {
      told = await waitForOperation(client, result.operationId);
      if (told.status !== 'succeeded') code = 1;
    }
    if (input.flag('json')) terminal.out(JSON.stringify({ ...result, status: told.status, message: told.message }));
    else if (code === 0) terminal.out(told.message === '' ? told.status : told.message);
    else terminal.note(told.message === '' ? told.status : told.message);
  }
  return code;
}

const POLL_MS = 500;

async function waitForOperation(client: ServerClient, id: string) {
  for (;;) {
    const operation = await client.call('getOperation', { params: { id } });
    if (operation.finishedAt !== null) return { message: operation.message, status: operation.status };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
