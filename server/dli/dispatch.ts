/**
 * Every request to /v1.0/{project_id}/** and /v3/{project_id}/** goes through here: path, caller, body, handler, errors. Answers have status 200 and X-Request-Id;
 * errors DLI's body `{error_code, error_msg}`, those of the gateway with `request_id`. What is not in the table does not exist.
 */
import { randomUUID } from 'node:crypto';
import type { UserCall } from '../auth/caller.ts';
import { clientAddress, queryOf, readBytes } from '../http/request-parts.ts';
import type { ConsoleContext } from '../services/context.ts';
import { deleteJob, deleteJobsOf, stopJobsOf } from './act-on-jobs.ts';
import { authenticateDli } from './authenticate-dli.ts';
import { authorizeBody, authorizeBuckets } from './authorize-buckets.ts';
import { createJob } from './create-job.ts';
import { badParameter, DliError, expectedError, noSuchApi } from './dli-error.ts';
import { parseJobId } from './find-job.ts';
import * as bodies from './job-body.ts';
import * as templates from './job-templates.ts';
import { listJobs, listJobsQuery } from './list-jobs.ts';
import { metricsBody, showMetrics } from './metrics.ts';
import { exportBody, exportJobsOf, importJobsBody, importJobsOf } from './move-jobs.ts';
import { runJobs } from './run-jobs.ts';
import { importSavepoint, triggerSavepoint } from './savepoints.ts';
import { showExecutionGraph, showJob } from './show-job.ts';
import { graphBody, showStreamGraph } from './stream-graph.ts';
import { addTags, addTagsBody, listTags, removeTags, removeTagsBody } from './tags.ts';
import { updateJob } from './update-job.ts';

interface Input {
  readonly context: ConsoleContext;
  readonly call: UserCall;
  readonly jobId: number;
  /** As the path has it; '' where it has none. */
  readonly templateId: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: () => unknown;
}
type Handler = (input: Input) => Promise<object>;

interface Route {
  readonly method: string;
  /** As it is written down. */
  readonly template: string;
  /** The whole path, with names for the project's and the job's id. */
  readonly path: RegExp;
  readonly handle: Handler;
}

const { parsed } = bodies;
const route = (method: string, path: string, handle: Handler): Route => ({
  method,
  template: path,
  path: new RegExp(
    `^${path.replaceAll('.', '\\.').replace('{project_id}', '(?<projectId>[^/]+)').replace('{job_id}', '(?<jobId>[^/]+)').replace('{template_id}', '(?<templateId>[^/]+)')}$`,
  ),
  handle,
});

const STREAMING = '/v1.0/{project_id}/streaming';
const TEMPLATES = `${STREAMING}/job-templates`;
const TAGS = '/v3/{project_id}/dli_flink_job/{job_id}/tags';

/** Literal paths come before those with an id. */
const ROUTES: readonly Route[] = [
  route('POST', `${STREAMING}/sql-jobs`, ({ context, call, body }) =>
    createJob(context, call, 'flink_opensource_sql_job', parsed(bodies.createSqlJobBody, body())),
  ),
  route('PUT', `${STREAMING}/sql-jobs/{job_id}`, ({ context, call, jobId, body }) =>
    updateJob(context, call, 'flink_opensource_sql_job', jobId, parsed(bodies.updateSqlJobBody, body())),
  ),
  route('POST', `${STREAMING}/flink-jobs`, ({ context, call, body }) =>
    createJob(context, call, 'flink_jar_job', parsed(bodies.createJarJobBody, body())),
  ),
  route('PUT', `${STREAMING}/flink-jobs/{job_id}`, ({ context, call, jobId, body }) =>
    updateJob(context, call, 'flink_jar_job', jobId, parsed(bodies.updateJarJobBody, body())),
  ),
  route('GET', `${STREAMING}/jobs`, ({ context, call, query }) => listJobs(context, call, parsed(listJobsQuery, query))),
  route('POST', `${STREAMING}/jobs/run`, ({ context, call, body }) => runJobs(context, call, parsed(bodies.runBody, body()))),
  route('POST', `${STREAMING}/jobs/stop`, ({ context, call, body }) => stopJobsOf(context, call, parsed(bodies.stopBody, body()))),
  route('POST', `${STREAMING}/jobs/delete`, ({ context, call, body }) => deleteJobsOf(context, call, parsed(bodies.deleteBody, body()))),
  route('POST', `${STREAMING}/jobs/export`, ({ context, call, body }) => exportJobsOf(context, call, parsed(exportBody, body()))),
  route('POST', `${STREAMING}/jobs/import`, ({ context, call, body }) => importJobsOf(context, call, parsed(importJobsBody, body()))),
  route('POST', `${STREAMING}/jobs/metrics`, ({ context, call, body }) => showMetrics(context, call, parsed(metricsBody, body()))),
  route('GET', `${STREAMING}/jobs/{job_id}`, ({ context, call, jobId }) => showJob(context, call, jobId)),
  route('DELETE', `${STREAMING}/jobs/{job_id}`, ({ context, call, jobId }) => deleteJob(context, call, jobId)),
  route('GET', `${STREAMING}/jobs/{job_id}/execute-graph`, ({ context, call, jobId }) => showExecutionGraph(context, call, jobId)),
  route('POST', `${STREAMING}/jobs/{job_id}/savepoint`, ({ context, call, jobId, body }) =>
    triggerSavepoint(context, call, jobId, parsed(bodies.savepointBody, body()).savepoint_path),
  ),
  route('POST', `${STREAMING}/jobs/{job_id}/import-savepoint`, ({ context, call, jobId, body }) =>
    importSavepoint(context, call, jobId, parsed(bodies.importBody, body())),
  ),
  route('POST', '/v1.0/{project_id}/dli/obs-authorize', ({ context, call, body }) =>
    authorizeBuckets(context, call, parsed(authorizeBody, body())),
  ),
  route('POST', '/v3/{project_id}/streaming/jobs/{job_id}/gen-graph', ({ context, call, jobId, body }) =>
    showStreamGraph(context, call, jobId, parsed(graphBody, body())),
  ),
  route('POST', TEMPLATES, ({ context, call, body }) =>
    templates.createTemplate(context, call, parsed(templates.createTemplateBody, body())),
  ),
  route('GET', TEMPLATES, ({ context, call, query }) =>
    templates.listTemplates(context, call, parsed(templates.listTemplatesQuery, query)),
  ),
  route('PUT', `${TEMPLATES}/{template_id}`, ({ context, call, templateId, body }) =>
    templates.updateTemplate(context, call, templateId, parsed(templates.updateTemplateBody, body())),
  ),
  route('DELETE', `${TEMPLATES}/{template_id}`, ({ context, call, templateId }) => templates.deleteTemplate(context, call, templateId)),
  route('GET', TAGS, ({ context, call, jobId }) => listTags(context, call, jobId)),
  route('POST', `${TAGS}/create`, ({ context, call, jobId, body }) => addTags(context, call, jobId, parsed(addTagsBody, body()))),
  route('POST', `${TAGS}/delete`, ({ context, call, jobId, body }) => removeTags(context, call, jobId, parsed(removeTagsBody, body()))),
];

/** `POST /v1.0/{project_id}/…`: what may change something. */
export const CHANGING_ROUTES: readonly string[] = ROUTES.filter(({ method }) => method !== 'GET').map(
  ({ method, template }) => `${method} ${template}`,
);

export async function dispatchDli(context: ConsoleContext, request: Request): Promise<Response> {
  const requestId = randomUUID();
  const answer = await answerOf(context, request, requestId).catch((error: unknown) => {
    const expected = expectedError(error, false);
    if (expected) return errorAnswer(expected, requestId);
    context.log('error', `request ${requestId} failed`, error);
    const message = 'Something went wrong on the server. Jobs go on running. Tell the request id to whoever runs it.';
    return errorAnswer(new DliError(500, 'DLI.0999', message), requestId);
  });
  answer.headers.set('x-request-id', requestId);
  answer.headers.set('cache-control', 'no-store');
  answer.headers.set('x-content-type-options', 'nosniff');
  return answer;
}

function errorAnswer({ status, code, message }: DliError, requestId: string): Response {
  const isGateway = code.startsWith('API');
  return Response.json({ error_code: code, error_msg: message, ...(isGateway ? { request_id: requestId } : {}) }, { status });
}

async function answerOf(context: ConsoleContext, request: Request, requestId: string): Promise<Response> {
  const url = new URL(request.url);
  const found = ROUTES.find((one) => one.method === request.method && one.path.test(url.pathname));
  const parts = found?.path.exec(url.pathname)?.groups;
  if (!found || !parts) throw noSuchApi();
  const { method, headers } = request;
  const { caller, body } = await authenticateDli(
    context,
    { method, url, headers, readBody: () => readBytes(request) },
    parts.projectId ?? '',
  );
  const call: UserCall = {
    requestId,
    address: clientAddress(headers),
    userAgent: headers.get('user-agent') ?? '',
    via: 'dli',
    caller,
  };
  const idText = parts.jobId;
  const isOfJob = idText !== undefined;
  try {
    const jobId = idText === undefined ? 0 : parseJobId(idText);
    return written(
      await found.handle({ context, call, jobId, templateId: parts.templateId ?? '', query: queryOf(url), body: () => parseJson(body) }),
    );
  } catch (error) {
    throw expectedError(error, isOfJob) ?? error;
  }
}

/** An answer with a status of its own, as bulk acts and tags give; body null: none. */
const hasStatus = (value: object): value is { readonly status: number; readonly body: unknown } => 'status' in value && 'body' in value;

function written(value: object): Response {
  if (!hasStatus(value)) return Response.json(value);
  return value.body === null ? new Response(null, { status: value.status }) : Response.json(value.body, { status: value.status });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw badParameter(`The body is not JSON: ${(error as Error).message}.`);
  }
}
