/** Which service answers which route. A route without a handler, or a handler without a route, is a type error. */
import type { Call, UserCall } from '../auth/caller.ts';
import type { RouteAnswer, RouteInput, RouteName } from '../contract/routes.ts';
import * as account from '../services/account.ts';
import * as alarmRules from '../services/alarm-rules.ts';
import * as alarms from '../services/alarms.ts';
import * as checkSql from '../services/check-sql.ts';
import * as connectionTables from '../services/connection-tables.ts';
import * as connections from '../services/connections.ts';
import type { ConsoleContext } from '../services/context.ts';
import { createExampleJob } from '../services/create-example-job.ts';
import { copyJob, createJob } from '../services/create-job.ts';
import { deleteJobs } from '../services/delete-jobs.ts';
import { exportJobs } from '../services/export-jobs.ts';
import { getExposure } from '../services/get-exposure.ts';
import { getFlinkUi } from '../services/get-flink-ui.ts';
import { getGuide, getJobGuide } from '../services/get-guide.ts';
import * as getJob from '../services/get-job.ts';
import { getJobMetrics } from '../services/get-metrics.ts';
import { getJobTide } from '../services/get-tide.ts';
import * as variables from '../services/global-variables.ts';
import { importJobs } from '../services/import-jobs.ts';
import { browseStore, importSavepoint, previewImport } from '../services/import-savepoint.ts';
import * as history from '../services/job-history.ts';
import { listJobPermissions, setJobPermission } from '../services/job-permissions.ts';
import { listAudit } from '../services/list-audit.ts';
import { listJobs } from '../services/list-jobs.ts';
import * as operations from '../services/operations.ts';
import * as packages from '../services/packages.ts';
import { previewAlarmRule } from '../services/preview-alarm-rule.ts';
import { stopPreview } from '../services/preview-sql.ts';
import * as queues from '../services/queues.ts';
import { getJobLogs } from '../services/read-logs.ts';
import * as recipeJobs from '../services/recipe-jobs.ts';
import * as retention from '../services/retention.ts';
import * as runtimeKeys from '../services/runtime-keys.ts';
import { getSetup, setUp } from '../services/set-up.ts';
import { changeSettings, getSettings } from '../services/settings.ts';
import { getSession, signIn, signOut } from '../services/sign-in.ts';
import * as snapshotStorage from '../services/snapshot-storage.ts';
import * as snapshots from '../services/snapshots.ts';
import { previewStart, startJobs } from '../services/start-jobs.ts';
import { previewStop, stopJobs, triggerSavepoint } from '../services/stop-jobs.ts';
import * as templates from '../services/templates.ts';
import { undoImport } from '../services/undo-import.ts';
import { renameJob, setJobTags, updateJob } from '../services/update-job.ts';
import * as users from '../services/users.ts';
import { streamEvents } from './event-stream.ts';
import { exportAudit } from './export-audit.ts';
import { openApiDocument } from './openapi.ts';
import { streamPreview } from './preview-stream.ts';
import { fileAnswer, fileStream, readZip, uploadBody } from './request-parts.ts';

interface Common<N extends RouteName> extends RouteInput<N> {
  readonly context: ConsoleContext;
  readonly request: Request;
  /** Sets the session cookie; an empty token clears it. */
  readonly setSession: (token: string) => void;
}
type Answer<N extends RouteName> = Promise<RouteAnswer<N> | Response>;
export type PublicHandler<N extends RouteName> = (input: Common<N> & { readonly call: Call }) => Answer<N>;
export type UserHandler<N extends RouteName> = (input: Common<N> & { readonly call: UserCall }) => Answer<N>;

/** Routes that need no sign-in: these and no others. */
export const PUBLIC_ROUTES = ['getSetup', 'setUp', 'signIn', 'getOpenApi'] as const;
export type PublicRoute = (typeof PUBLIC_ROUTES)[number];

export const PUBLIC_HANDLERS: { readonly [N in PublicRoute]: PublicHandler<N> } = {
  getSetup: ({ context }) => getSetup(context),
  setUp: async ({ context, call, body, setSession }) => {
    const made = await setUp(context, call, body);
    setSession(made.token);
    return made.session;
  },
  signIn: async ({ context, call, body, setSession }) => {
    const made = await signIn(context, call, body);
    setSession(made.token);
    return made.session;
  },
  getOpenApi: async ({ context }) => Response.json(openApiDocument(context.version)),
};

export const USER_HANDLERS: { readonly [N in Exclude<RouteName, PublicRoute>]: UserHandler<N> } = {
  getSession: ({ context, call }) => getSession(context, call),
  signOut: async ({ context, call, setSession }) => {
    const done = await signOut(context, call);
    setSession('');
    return done;
  },
  listSessions: ({ context, call }) => account.listSessions(context, call),
  endSession: ({ context, call, params }) => account.endSession(context, call, params.id),
  changeAccount: ({ context, call, body }) => account.changeAccount(context, call, body),
  changePassword: ({ context, call, body }) => account.changePassword(context, call, body),
  listApiTokens: ({ context, call }) => account.listApiTokens(context, call),
  createApiToken: ({ context, call, body }) => account.createApiToken(context, call, body),
  deleteApiToken: ({ context, call, params }) => account.deleteApiToken(context, call, params.id),
  listAccessKeys: ({ context, call }) => account.listAccessKeys(context, call),
  createAccessKey: ({ context, call }) => account.createAccessKey(context, call),
  deleteAccessKey: ({ context, call, params }) => account.deleteAccessKey(context, call, params.id),
  listUsers: ({ context, call, query }) => users.listUsers(context, call, query),
  createUser: ({ context, call, body }) => users.createUser(context, call, body),
  changeUser: ({ context, call, params, body }) => users.changeUser(context, call, { ...body, id: params.id }),

  listJobs: ({ context, call, query }) => listJobs(context, call, query),
  createJob: ({ context, call, body }) => createJob(context, call, body),
  createExampleJob: ({ context, call }) => createExampleJob(context, call),
  getNameAvailable: ({ context, call, query }) => getJob.getNameAvailable(context, call, query.name),
  listTagKeys: ({ context, call }) => getJob.listTagKeys(context, call),
  previewStart: ({ context, call, body }) => previewStart(context, call, body.jobs),
  startJobs: ({ context, call, body }) => startJobs(context, call, body),
  previewStop: ({ context, call, body }) => previewStop(context, call, body.jobIds),
  stopJobs: ({ context, call, body }) => stopJobs(context, call, body),
  deleteJobs: ({ context, call, body }) => deleteJobs(context, call, body),
  exportJobs: async ({ context, call, body }) => {
    const { fileName, zip } = await exportJobs(context, call, body);
    return fileAnswer(zip, 'application/zip', fileName);
  },
  importJobs: async ({ context, call, query, request }) =>
    importJobs(context, call, await readZip(request), { dryRun: query.dryRun === 'true', overwrite: query.overwrite === 'true' }),
  getJob: ({ context, call, params }) => getJob.getJob(context, call, params.jobId),
  updateJob: ({ context, call, params, body }) => updateJob(context, call, { ...body, jobId: params.jobId }),
  renameJob: ({ context, call, params, body }) => renameJob(context, call, { ...body, jobId: params.jobId }),
  copyJob: ({ context, call, params, body }) => copyJob(context, call, { ...body, jobId: params.jobId }),
  listJobVersions: ({ context, call, params }) => getJob.listJobVersions(context, call, params.jobId),
  getJobVersion: ({ context, call, params }) => getJob.getJobVersion(context, call, params.jobId, params.number),
  setJobTags: ({ context, call, params, body }) => setJobTags(context, call, { jobId: params.jobId, tags: body.tags }),
  listJobPermissions: ({ context, call, params }) => listJobPermissions(context, call, params.jobId),
  setJobPermission: ({ context, call, params, body }) => setJobPermission(context, call, { ...body, jobId: params.jobId }),
  triggerSavepoint: ({ context, call, params, body }) => triggerSavepoint(context, call, { jobId: params.jobId, path: body.path }),
  previewImport: ({ context, call, params, body }) => previewImport(context, call, { jobId: params.jobId, path: body.path }),
  importSavepoint: ({ context, call, params, body }) => importSavepoint(context, call, { ...body, jobId: params.jobId }),
  undoImport: ({ context, call, params, body }) => undoImport(context, call, { jobId: params.jobId, path: body.path }),
  getJobPlan: ({ context, call, params }) => checkSql.getJobPlan(context, call, params.jobId),
  getJobDelivery: ({ context, call, params }) => checkSql.getJobDelivery(context, call, params.jobId),
  getJobExposure: ({ context, call, params }) => getExposure(context, call, params.jobId),
  getJobTasks: ({ context, call, params }) => history.getJobTasks(context, call, params.jobId),
  getJobMetrics: ({ context, call, params, query }) => getJobMetrics(context, call, { ...query, jobId: params.jobId }),
  getJobTide: ({ context, call, params, query }) => getJobTide(context, call, { ...query, jobId: params.jobId }),
  listRuns: ({ context, call, params, query }) => history.listRuns(context, call, { ...query, jobId: params.jobId }),
  listLedger: ({ context, call, params, query }) => history.listLedger(context, call, { ...query, jobId: params.jobId }),
  listJobEvents: ({ context, call, params, query }) => history.listJobEvents(context, call, { ...query, jobId: params.jobId }),
  listExceptions: ({ context, call, params }) => history.listExceptions(context, call, params.jobId),
  getJobLogs: ({ context, call, params, query }) => getJobLogs(context, call, { ...query, jobId: params.jobId }),

  checkSql: ({ context, call, body }) => checkSql.checkSql(context, call, body),
  explainSql: ({ context, call, body }) => checkSql.explainSql(context, call, body),
  previewSql: ({ context, call, body, request }) => streamPreview(context, call, body, request),
  stopPreview: ({ context, call, params }) => stopPreview(context, call, params.id),
  formatSql: ({ context, call, body }) => checkSql.formatSql(context, call, body),
  listSnapshots: ({ context, call, query }) => snapshots.listSnapshots(context, call, query),
  getSnapshot: ({ context, call, params }) => snapshots.getSnapshot(context, call, params.id),
  changeSnapshot: ({ context, call, params, body }) => snapshots.pinSnapshot(context, call, params.id, body.isPinned),
  deleteSnapshot: ({ context, call, params }) => snapshots.deleteSnapshot(context, call, params.id),
  undeleteSnapshot: ({ context, call, params }) => snapshots.undeleteSnapshot(context, call, params.id),
  browseStore: ({ context, call, query }) => browseStore(context, call, query),
  listOperations: ({ context, call, query }) => operations.listOperations(context, call, query),
  getOperation: ({ context, call, params }) => operations.getOperation(context, call, params.id),
  cancelOperation: ({ context, call, params }) => operations.cancelOperation(context, call, params.id),
  listTemplates: ({ context, call, query }) => templates.listTemplates(context, call, query),
  createTemplate: ({ context, call, body }) => templates.createTemplate(context, call, body),
  getTemplate: ({ context, call, params }) => templates.getTemplate(context, call, params.templateId),
  changeTemplate: ({ context, call, params, body }) => templates.changeTemplate(context, call, { ...body, templateId: params.templateId }),
  deleteTemplate: ({ context, call, params }) => templates.deleteTemplate(context, call, params.templateId),
  listQueues: ({ context, call }) => queues.listQueues(context, call),
  createQueue: ({ context, call, body }) => queues.createQueue(context, call, body),
  deleteQueue: ({ context, call, params }) => queues.deleteQueue(context, call, params.name),
  listAlarms: ({ context, call, query }) => alarms.listAlarms(context, call, query),
  acknowledgeAlarm: ({ context, call, params, body }) => alarms.acknowledgeAlarm(context, call, params.id, body),
  previewAlarmRule: ({ context, call, body }) => previewAlarmRule(context, call, body),
  listAlarmRules: ({ context, call }) => alarmRules.listRules(context, call),
  createAlarmRule: ({ context, call, body }) => alarmRules.createRule(context, call, body),
  changeAlarmRule: ({ context, call, params, body }) => alarmRules.changeRule(context, call, params.id, body),
  deleteAlarmRule: ({ context, call, params }) => alarmRules.deleteRule(context, call, params.id),
  listAlarmChannels: ({ context, call }) => alarmRules.listChannels(context, call),
  createAlarmChannel: ({ context, call, body }) => alarmRules.createChannel(context, call, body),
  changeAlarmChannel: ({ context, call, params, body }) => alarmRules.changeChannel(context, call, params.id, body),
  deleteAlarmChannel: ({ context, call, params }) => alarmRules.deleteChannel(context, call, params.id),
  testAlarmChannel: ({ context, call, params }) => alarmRules.testChannel(context, call, params.id),
  listAlarmSilences: ({ context, call }) => alarms.listSilences(context, call),
  createAlarmSilence: ({ context, call, body }) => alarms.createSilence(context, call, body),
  endAlarmSilence: ({ context, call, params }) => alarms.endSilence(context, call, params.id),
  verifySnapshot: ({ context, call, params }) => snapshotStorage.verifySnapshot(context, call, params.id),
  getSnapshotStorage: ({ context, call }) => snapshotStorage.getSnapshotStorage(context, call),
  deleteOrphans: ({ context, call, body }) => snapshotStorage.deleteOrphans(context, call, body.files),
  undeleteOrphans: ({ context, call, body }) => snapshotStorage.undeleteOrphans(context, call, body.ids),
  getJobRetention: ({ context, call, params }) => retention.getJobRetention(context, call, params.jobId),
  setJobRetention: ({ context, call, params, body }) => retention.setJobRetention(context, call, { ...body, jobId: params.jobId }),
  createRecipeJob: ({ context, call, params }) => recipeJobs.createRecipeJob(context, call, params.key),
  getRecipeProgress: ({ context, call, params }) => recipeJobs.getRecipeProgress(context, call, params.jobId),
  breakRecipeJob: ({ context, call, params }) => recipeJobs.breakRecipeJob(context, call, params.jobId),
  getGuide: ({ context }) => getGuide(context),
  getFlinkUi: ({ context, call, params }) => getFlinkUi(context, call, params.jobId),
  getJobGuide: ({ context, call, params }) => getJobGuide(context, call, params.jobId),
  listPackages: ({ context, call, query }) => packages.listPackages(context, call, query),
  uploadPackage: ({ context, call, query, request }) => packages.uploadPackage(context, call, query, uploadBody(request)),
  changePackage: ({ context, call, params, body }) => packages.changePackage(context, call, params.id, body.description),
  deletePackage: ({ context, call, params }) => packages.deletePackage(context, call, params.id, null),
  deletePackageVersion: ({ context, call, params }) => packages.deletePackage(context, call, params.id, params.number),
  listPackageUsers: ({ context, call, params }) => packages.listPackageUsers(context, call, params.id),
  downloadPackage: async ({ context, call, params }) => {
    const { fileName, sizeBytes, bytes } = await packages.readPackage(context, call, params.id, params.number);
    return fileStream(bytes, 'application/octet-stream', fileName, sizeBytes);
  },
  listConnections: ({ context, call }) => connections.listConnections(context, call),
  createConnection: ({ context, call, body }) => connections.createConnection(context, call, body),
  testConnection: ({ context, call, body }) => connections.runConnectionTest(context, call, body),
  changeConnection: ({ context, call, params, body }) => connections.changeConnection(context, call, params.id, body),
  deleteConnection: ({ context, call, params }) => connections.deleteConnection(context, call, params.id),
  listConnectionUsers: ({ context, call, params }) => connections.listConnectionUsers(context, call, params.id),
  listConnectionObjects: ({ context, call, params, query }) => connectionTables.listConnectionObjects(context, call, params.id, query.q),
  deriveTable: ({ context, call, params, body }) => connectionTables.deriveConnectionTable(context, call, params.id, body.object),
  listRuntimeKeys: () => runtimeKeys.listRuntimeKeys(),
  checkRuntimeConfiguration: ({ context, call, body }) => runtimeKeys.checkRuntimeConfiguration(context, call, body),
  listGlobalVariables: ({ context, call }) => variables.listGlobalVariables(context, call),
  createGlobalVariable: ({ context, call, body }) => variables.createGlobalVariable(context, call, body),
  changeGlobalVariable: ({ context, call, params, body }) => variables.changeGlobalVariable(context, call, params.id, body),
  deleteGlobalVariable: ({ context, call, params }) => variables.deleteGlobalVariable(context, call, params.id),
  listVariableUsers: ({ context, call, params }) => variables.listVariableUsers(context, call, params.id),
  getSettings: ({ context }) => getSettings(context),
  changeSettings: ({ context, call, body }) => changeSettings(context, call, body),
  listAudit: ({ context, call, query }) => listAudit(context, call, query),
  exportAudit: async ({ context, query }) => exportAudit(context, query),
  streamEvents: ({ context, call, query, request }) => streamEvents(context, call, query, request),
};
