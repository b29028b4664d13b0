/** From method and path to a route of the contract. Literal parts win over parameters (`/jobs/start` over `/jobs/{jobId}`). */
import type { HttpMethod } from '../contract/route.ts';
import { ROUTES, type RouteName } from '../contract/routes.ts';

interface Compiled {
  readonly name: RouteName;
  readonly method: HttpMethod;
  readonly parts: readonly string[];
  readonly literals: number;
}

const isParameter = (part: string) => part.startsWith('{');

const COMPILED: readonly Compiled[] = (Object.keys(ROUTES) as RouteName[])
  .map((name) => {
    const parts = ROUTES[name].path.split('/').slice(1);
    return { name, method: ROUTES[name].method, parts, literals: parts.filter((part) => !isParameter(part)).length };
  })
  .sort((a, b) => b.literals - a.literals);

export type RouteMatch =
  | { readonly kind: 'found'; readonly name: RouteName; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly HttpMethod[] }
  | { readonly kind: 'none' };

function paramsOf(route: Compiled, parts: readonly string[]): Record<string, string> | null {
  if (route.parts.length !== parts.length) return null;
  const params: [string, string][] = [];
  for (const [index, part] of route.parts.entries()) {
    const given = parts[index] ?? '';
    if (isParameter(part)) params.push([part.slice(1, -1), given]);
    else if (part !== given) return null;
  }
  return Object.fromEntries(params);
}

/** `path` is what follows /api/v1, e.g. `/jobs/7`. */
export function matchRoute(method: string, path: string): RouteMatch {
  let parts: string[];
  try {
    parts = path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return { kind: 'none' };
  }
  const fitting = COMPILED.flatMap((route) => {
    const params = paramsOf(route, parts);
    return params ? [{ route, params }] : [];
  });
  const found = fitting.find(({ route }) => route.method === method);
  if (found) return { kind: 'found', name: found.route.name, params: found.params };
  if (fitting.length === 0) return { kind: 'none' };
  return { kind: 'wrong-method', allowed: [...new Set(fitting.map(({ route }) => route.method))] };
}
