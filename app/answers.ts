/**
 * Who answers the requests of this process. Next.js makes a bundle of each route and one of instrumentation.ts, each with the server's classes once
 * more: an error that an object of one bundle throws is a stranger to `instanceof` in another, and what was expected becomes an internal
 * error. So the bundle that comes first, which is instrumentation.ts, answers for all. A development server lets each route answer by its own bundle,
 * so that a changed file takes effect without a restart.
 */
import { dispatchDli } from '../server/dli/dispatch.ts';
import { dispatch } from '../server/http/dispatch.ts';
import { health } from '../server/http/health.ts';
import { prometheus } from '../server/http/prometheus.ts';
import { getConsole } from '../server/services/console.ts';

interface Answers {
  /** Opens the console, so that the first request finds it ready. Rejects when it cannot be; the next request tries again. */
  open(): Promise<void>;
  api(request: Request): Promise<Response>;
  dli(request: Request): Promise<Response>;
  health(): Promise<Response>;
  metrics(request: Request): Promise<Response>;
}

const own: Answers = {
  open: async () => void (await getConsole()),
  api: async (request) => dispatch(await getConsole(), request),
  dli: async (request) => dispatchDli(await getConsole(), request),
  health: async () => health(await getConsole()),
  metrics: async (request) => prometheus(await getConsole(), request),
};

const KEY = Symbol.for('tidemark.answers');

export function answers(): Answers {
  const holder = globalThis as { [KEY]?: Answers };
  if (process.env.NODE_ENV === 'development') return own;
  holder[KEY] ??= own;
  return holder[KEY];
}
