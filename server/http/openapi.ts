/** OpenAPI 3.1 of /api/v1, from the schemas that validate. */
import { z } from 'zod';
import { errorAnswerSchema } from '../contract/errors.ts';
import type { RouteContract } from '../contract/route.ts';
import { ROUTES, type RouteName } from '../contract/routes.ts';

type Json = Record<string, unknown>;

/** Media types of answers that are no JSON. */
const STREAMS: Partial<Record<RouteName, string>> = {
  streamEvents: 'text/event-stream',
  previewSql: 'application/x-ndjson',
  exportJobs: 'application/zip',
  exportAudit: 'text/csv',
};
/** Media types of bodies that are no JSON. */
const UPLOADS: Partial<Record<RouteName, string>> = { importJobs: 'application/zip' };

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const object = jsonSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    schema: property,
  }));
}

function operationOf(name: RouteName, route: RouteContract): Json {
  const stream = STREAMS[name];
  const upload = UPLOADS[name];
  const content = stream
    ? { [stream]: { schema: { type: 'string' } } }
    : { 'application/json': { schema: jsonSchema(route.answer, 'output') } };
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[1] ?? ''],
    security: route.access === 'public' ? [] : [{ session: [] }, { token: [] }],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(upload ? { requestBody: { required: true, content: { [upload]: { schema: { type: 'string', format: 'binary' } } } } } : {}),
    ...(route.body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } } }),
    responses: {
      [String(route.status)]: { description: 'Done', content },
      default: { description: 'An error', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
  };
}

let made: { readonly version: string; readonly document: Json } | null = null;

export function openApiDocument(version: string): Json {
  if (made?.version === version) return made.document;
  const paths: Record<string, Json> = {};
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: RouteContract = ROUTES[name];
    const path = `/api/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  const document = {
    openapi: '3.1.0',
    info: { title: 'Tidemark', version, description: 'The API of the Tidemark console. Times are ms since the epoch.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: jsonSchema(errorAnswerSchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-tidemark' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
  made = { version, document };
  return document;
}
