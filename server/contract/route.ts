/** One route of the API as a value: method, path, who may call it, schemas in and out. */
import { z } from 'zod';
import { idSchema } from './primitives.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** public: no sign-in. member: any user. admin: administrators. */
export type RouteAccess = 'public' | 'member' | 'admin';

export interface RouteContract {
  readonly method: HttpMethod;
  /** Below /api/v1, parameters in braces. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  /** HTTP status of success. */
  readonly status: 200 | 201 | 202;
  /** Answers a stream or text that is not checked by `answer`. */
  readonly kind: 'json' | 'stream';
}

const none = z.strictObject({});

interface Parts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType | null, A extends z.ZodType> {
  readonly access?: RouteAccess;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  readonly status?: RouteContract['status'];
  readonly kind?: RouteContract['kind'];
}

type Empty = typeof none;

export function route<A extends z.ZodType, P extends z.ZodType = Empty, Q extends z.ZodType = Empty, B extends z.ZodType | null = null>(
  method: HttpMethod,
  path: string,
  summary: string,
  parts: Parts<P, Q, B, A>,
) {
  return {
    method,
    path,
    summary,
    access: parts.access ?? 'member',
    params: (parts.params ?? none) as P,
    query: (parts.query ?? none) as Q,
    body: (parts.body ?? null) as B,
    answer: parts.answer,
    status: parts.status ?? 200,
    kind: parts.kind ?? 'json',
  } as const;
}

export const ofId = z.strictObject({ id: idSchema });
