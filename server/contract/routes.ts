/**
 * Every route of /api/v1: method, path, who may call it, schemas in and out. The server's registry of handlers, the browser's client
 * and openapi.json derive from this table, so that they cannot disagree.
 */
import { z } from 'zod';
import { accountRoutes } from './account-routes.ts';
import * as administration from './administration.ts';
import { alarmRoutes } from './alarm-routes.ts';
import * as check from './check.ts';
import * as connections from './connections.ts';
import { eventsQuerySchema } from './events.ts';
import { guideRoutes } from './guide-routes.ts';
import * as imports from './import.ts';
import * as job from './job.ts';
import * as archive from './job-archive.ts';
import * as metrics from './metrics.ts';
import { packageRoutes } from './package-routes.ts';
import { previewSqlSchema } from './preview.ts';
import { actResultsSchema, doneSchema, jobIdTextSchema } from './primitives.ts';
import { recipeRoutes } from './recipe-routes.ts';
import { ofId, route } from './route.ts';
import * as runs from './runs.ts';
import { runtimeKeyRoutes } from './runtime-keys.ts';
import * as snapshot from './snapshot.ts';
import { snapshotRoutes } from './snapshot-routes.ts';
import * as start from './start.ts';
import * as stop from './stop.ts';
import { variableRoutes } from './variable-routes.ts';

const ofJob = z.strictObject({ jobId: jobIdTextSchema });
const ofTemplate = z.strictObject({ templateId: jobIdTextSchema });
const jobAnswer = z.strictObject({ job: job.jobSchema });

const jobRoutes = {
  listJobs: route('GET', '/jobs', 'Jobs the caller may see, filtered and paged', {
    query: job.listJobsQuerySchema,
    answer: job.listJobsAnswerSchema,
  }),
  createJob: route('POST', '/jobs', 'Make a job (Draft)', { body: job.createJobSchema, answer: jobAnswer, status: 201 }),
  createExampleJob: route('POST', '/jobs/example', 'Make and start an example job that makes its own orders', {
    answer: administration.createdExampleSchema,
    status: 201,
  }),
  getNameAvailable: route('GET', '/jobs/name-available', 'Whether a name is free', {
    query: job.nameAvailableQuerySchema,
    answer: job.nameAvailableAnswerSchema,
  }),
  listTagKeys: route('GET', '/jobs/tags', 'Tag keys and values in use', { answer: job.tagKeysAnswerSchema }),
  previewStart: route('POST', '/jobs/start/preview', 'What a start would cost', {
    body: start.previewStartSchema,
    answer: start.previewStartAnswerSchema,
  }),
  startJobs: route('POST', '/jobs/start', 'Start jobs', { body: start.startJobsSchema, answer: actResultsSchema, status: 202 }),
  previewStop: route('POST', '/jobs/stop/preview', 'What each way of stopping would cost', {
    body: stop.previewStopSchema,
    answer: stop.previewStopAnswerSchema,
  }),
  stopJobs: route('POST', '/jobs/stop', 'Stop jobs', { body: stop.stopJobsSchema, answer: actResultsSchema, status: 202 }),
  deleteJobs: route('POST', '/jobs/delete', 'Delete jobs', { body: job.deleteJobsSchema, answer: actResultsSchema, status: 202 }),
  exportJobs: route('POST', '/jobs/export', 'Export jobs as a zip, without secrets', {
    body: archive.exportJobsSchema,
    answer: z.unknown(),
    kind: 'stream',
  }),
  importJobs: route('POST', '/jobs/import', 'Import jobs from a zip (the body), or tell what an import would do', {
    query: archive.importJobsQuerySchema,
    answer: archive.importJobsAnswerSchema,
  }),
  getJob: route('GET', '/jobs/{jobId}', 'One job with SQL and options', { params: ofJob, answer: jobAnswer }),
  updateJob: route('PATCH', '/jobs/{jobId}', 'Save a new version', {
    params: ofJob,
    body: job.updateJobSchema,
    answer: job.updateJobAnswerSchema,
  }),
  renameJob: route('PUT', '/jobs/{jobId}/name', 'Modify name and description', {
    params: ofJob,
    body: job.renameJobSchema,
    answer: jobAnswer,
  }),
  copyJob: route('POST', '/jobs/{jobId}/copy', 'Save as another job', {
    params: ofJob,
    body: job.copyJobSchema,
    answer: jobAnswer,
    status: 201,
  }),
  listJobVersions: route('GET', '/jobs/{jobId}/versions', 'Versions of a job', { params: ofJob, answer: job.jobVersionsAnswerSchema }),
  getJobVersion: route('GET', '/jobs/{jobId}/versions/{number}', 'One version', {
    params: ofJob.extend({ number: jobIdTextSchema }),
    answer: job.jobVersionSchema,
  }),
  setJobTags: route('PUT', '/jobs/{jobId}/tags', 'Replace the tags', { params: ofJob, body: job.setTagsSchema, answer: jobAnswer }),
  listJobPermissions: route('GET', '/jobs/{jobId}/permissions', 'Who may do what', { params: ofJob, answer: job.jobPermissionsSchema }),
  setJobPermission: route('PUT', '/jobs/{jobId}/permissions', 'Grant or revoke; no rights = revoke all', {
    params: ofJob,
    body: job.setJobPermissionSchema,
    answer: job.jobPermissionsSchema,
  }),
  triggerSavepoint: route('POST', '/jobs/{jobId}/savepoint', 'Trigger a savepoint; the job goes on', {
    params: ofJob,
    body: snapshot.triggerSavepointSchema,
    answer: actResultsSchema,
    status: 202,
  }),
  previewImport: route('POST', '/jobs/{jobId}/import/preview', 'The six checks of an import', {
    params: ofJob,
    body: imports.previewImportSchema,
    answer: imports.importPreviewSchema,
  }),
  importSavepoint: route('POST', '/jobs/{jobId}/import', 'Import a savepoint or checkpoint', {
    params: ofJob,
    body: imports.importSavepointSchema,
    answer: actResultsSchema,
    status: 202,
  }),
  undoImport: route('POST', '/jobs/{jobId}/import/undo', 'Undo an import that no run began from', {
    params: ofJob,
    body: imports.undoImportSchema,
    answer: doneSchema,
  }),
  getJobPlan: route('GET', '/jobs/{jobId}/plan', 'Plan of the saved version', { params: ofJob, answer: check.jobPlanAnswerSchema }),
  getJobDelivery: route('GET', '/jobs/{jobId}/delivery', 'Delivery contract', { params: ofJob, answer: check.jobDeliverySchema }),
  getJobExposure: route('GET', '/jobs/{jobId}/exposure', 'What a failure this moment would cost', {
    params: ofJob,
    answer: job.exposureSchema,
  }),
  getJobTasks: route('GET', '/jobs/{jobId}/tasks', 'Operators and subtasks of the run', { params: ofJob, answer: runs.tasksAnswerSchema }),
  getJobMetrics: route('GET', '/jobs/{jobId}/metrics', 'Time series', {
    params: ofJob,
    query: metrics.metricsQuerySchema,
    answer: metrics.metricsAnswerSchema,
  }),
  getJobTide: route('GET', '/jobs/{jobId}/tide', 'Runs, snapshots, events and exposure of a time range', {
    params: ofJob,
    query: runs.tideQuerySchema,
    answer: runs.tideAnswerSchema,
  }),
  listRuns: route('GET', '/jobs/{jobId}/runs', 'Runs', {
    params: ofJob,
    query: runs.listRunsQuerySchema,
    answer: runs.listRunsAnswerSchema,
  }),
  listLedger: route('GET', '/jobs/{jobId}/ledger', 'Ledger', {
    params: ofJob,
    query: runs.listLedgerQuerySchema,
    answer: runs.listLedgerAnswerSchema,
  }),
  listJobEvents: route('GET', '/jobs/{jobId}/events', 'What happened to the job', {
    params: ofJob,
    query: runs.listJobEventsQuerySchema,
    answer: runs.listJobEventsAnswerSchema,
  }),
  listExceptions: route('GET', '/jobs/{jobId}/exceptions', 'Exceptions grouped by cause', {
    params: ofJob,
    answer: runs.exceptionsAnswerSchema,
  }),
  getJobLogs: route('GET', '/jobs/{jobId}/logs', 'Log of a run', {
    params: ofJob,
    query: runs.logsQuerySchema,
    answer: runs.logsAnswerSchema,
  }),
} as const;

const otherRoutes = {
  checkSql: route('POST', '/sql/check', 'Check semantics', { body: check.checkSqlSchema, answer: check.checkSqlAnswerSchema }),
  explainSql: route('POST', '/sql/explain', 'Explain', { body: check.explainSqlSchema, answer: check.explainSqlAnswerSchema }),
  previewSql: route('POST', '/sql/preview', 'Run a query with its sinks off and stream its rows as JSON lines', {
    body: previewSqlSchema,
    answer: z.unknown(),
    kind: 'stream',
  }),
  stopPreview: route('POST', '/sql/preview/{id}/stop', 'End a preview of the caller', { params: ofId, answer: doneSchema }),
  formatSql: route('POST', '/sql/format', 'Format', { body: check.formatSqlSchema, answer: check.formatSqlAnswerSchema }),
  listSnapshots: route('GET', '/snapshots', 'Snapshots', {
    query: snapshot.listSnapshotsQuerySchema,
    answer: snapshot.listSnapshotsAnswerSchema,
  }),
  getSnapshot: route('GET', '/snapshots/{id}', 'One snapshot with positions and operators', {
    params: ofId,
    answer: snapshot.snapshotDetailSchema,
  }),
  changeSnapshot: route('PATCH', '/snapshots/{id}', 'Pin or unpin', {
    params: ofId,
    body: snapshot.changeSnapshotSchema,
    answer: snapshot.snapshotSchema,
  }),
  deleteSnapshot: route('DELETE', '/snapshots/{id}', 'Delete; can be undone for some days', {
    params: ofId,
    answer: snapshot.snapshotSchema,
  }),
  undeleteSnapshot: route('POST', '/snapshots/{id}/undelete', 'Undo a delete', { params: ofId, answer: snapshot.snapshotSchema }),
  browseStore: route('GET', '/store', 'Bucket browser', { query: imports.browseQuerySchema, answer: imports.browseAnswerSchema }),
  listOperations: route('GET', '/operations', 'Operations', {
    query: runs.listOperationsQuerySchema,
    answer: runs.listOperationsAnswerSchema,
  }),
  getOperation: route('GET', '/operations/{id}', 'One operation', { params: ofId, answer: runs.operationSchema }),
  cancelOperation: route('POST', '/operations/{id}/cancel', 'Ask an operation to stop', {
    params: ofId,
    answer: runs.operationSchema,
    status: 202,
  }),
  listTemplates: route('GET', '/templates', 'Templates', {
    query: administration.listTemplatesQuerySchema,
    answer: administration.listTemplatesAnswerSchema,
  }),
  createTemplate: route('POST', '/templates', 'Make a template', {
    body: administration.createTemplateSchema,
    answer: administration.templateSchema,
    status: 201,
  }),
  getTemplate: route('GET', '/templates/{templateId}', 'One template', { params: ofTemplate, answer: administration.templateSchema }),
  changeTemplate: route('PATCH', '/templates/{templateId}', 'Change a template', {
    params: ofTemplate,
    body: administration.changeTemplateSchema,
    answer: administration.templateSchema,
  }),
  deleteTemplate: route('DELETE', '/templates/{templateId}', 'Delete a template', { params: ofTemplate, answer: doneSchema }),
  listQueues: route('GET', '/queues', 'Queues', { answer: administration.queuesAnswerSchema }),
  createQueue: route('POST', '/queues', 'Make a queue on a Flink cluster', {
    body: administration.createQueueSchema,
    answer: administration.queueSchema,
    access: 'admin',
    status: 201,
  }),
  deleteQueue: route('DELETE', '/queues/{name}', 'Delete a queue that no job uses', {
    params: z.strictObject({ name: z.string().max(128) }),
    answer: doneSchema,
    access: 'admin',
  }),
  listConnections: route('GET', '/connections', 'Connections', { answer: connections.connectionsAnswerSchema }),
  createConnection: route('POST', '/connections', 'Make a connection', {
    body: connections.createConnectionSchema,
    answer: connections.connectionSchema,
    access: 'admin',
    status: 201,
  }),
  testConnection: route('POST', '/connections/test', 'A handshake with what a connection names, step by step', {
    body: connections.testConnectionSchema,
    answer: connections.connectionTestSchema,
    access: 'admin',
  }),
  changeConnection: route('PATCH', '/connections/{id}', 'Change a connection; it applies at the next start of the jobs that use it', {
    params: ofId,
    body: connections.changeConnectionSchema,
    answer: connections.connectionSchema,
    access: 'admin',
  }),
  deleteConnection: route('DELETE', '/connections/{id}', 'Delete a connection that no job uses', {
    params: ofId,
    answer: doneSchema,
    access: 'admin',
  }),
  listConnectionUsers: route('GET', '/connections/{id}/jobs', 'Jobs that use a connection', {
    params: ofId,
    answer: connections.connectionUsersAnswerSchema,
  }),
  listConnectionObjects: route('GET', '/connections/{id}/objects', 'Topics, tables, folders and files behind a connection', {
    params: ofId,
    query: connections.connectionObjectsQuerySchema,
    answer: connections.connectionObjectsAnswerSchema,
  }),
  deriveTable: route(
    'POST',
    '/connections/{id}/table',
    'A CREATE TABLE statement for one of them, its columns from the catalogue or a sample',
    {
      params: ofId,
      body: connections.deriveTableSchema,
      answer: connections.derivedTableSchema,
    },
  ),
  getSettings: route('GET', '/settings', 'Settings', { answer: administration.settingsSchema }),
  changeSettings: route('PATCH', '/settings', 'Change settings', {
    body: administration.changeSettingsSchema,
    answer: administration.settingsSchema,
    access: 'admin',
  }),
  listAudit: route('GET', '/audit', 'Audit', {
    query: administration.listAuditQuerySchema,
    answer: administration.listAuditAnswerSchema,
    access: 'admin',
  }),
  exportAudit: route('GET', '/audit/export', 'Audit as CSV or JSON lines', {
    query: administration.exportAuditQuerySchema,
    answer: z.unknown(),
    access: 'admin',
    kind: 'stream',
  }),
  streamEvents: route('GET', '/events', 'Server-sent events', { query: eventsQuerySchema, answer: z.unknown(), kind: 'stream' }),
  getOpenApi: route('GET', '/openapi.json', 'This description', { access: 'public', answer: z.unknown(), kind: 'stream' }),
} as const;

export const ROUTES = {
  ...accountRoutes,
  ...jobRoutes,
  ...otherRoutes,
  ...alarmRoutes,
  ...packageRoutes,
  ...guideRoutes,
  ...recipeRoutes,
  ...snapshotRoutes,
  ...variableRoutes,
  ...runtimeKeyRoutes,
} as const;
export type RouteName = keyof typeof ROUTES;

type Input<S> = S extends z.ZodType ? z.input<S> : undefined;
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
/** What a client writes and gets. */
export type RouteParams<N extends RouteName> = Input<(typeof ROUTES)[N]['params']>;
export type RouteQuery<N extends RouteName> = Input<(typeof ROUTES)[N]['query']>;
export type RouteBody<N extends RouteName> = Input<(typeof ROUTES)[N]['body']>;
export type RouteAnswer<N extends RouteName> = Output<(typeof ROUTES)[N]['answer']>;
/** What a handler gets, after defaults. */
export interface RouteInput<N extends RouteName> {
  readonly params: Output<(typeof ROUTES)[N]['params']>;
  readonly query: Output<(typeof ROUTES)[N]['query']>;
  readonly body: Output<(typeof ROUTES)[N]['body']>;
}
