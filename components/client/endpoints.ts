/**
 * Method and path of every route the console calls: the one place that spells URLs. It repeats the contract's table as plain text so that
 * pages do not load the validation library; a test holds both together.
 */
import type { HttpMethod } from '../../server/contract/route.ts';
import type { RouteName } from '../../server/contract/routes.ts';

export const ENDPOINTS = {
  getSetup: 'GET /setup',
  setUp: 'POST /setup',
  signIn: 'POST /session',
  getSession: 'GET /session',
  signOut: 'DELETE /session',
  changeAccount: 'PATCH /account',
  changePassword: 'PUT /account/password',
  listApiTokens: 'GET /account/tokens',
  createApiToken: 'POST /account/tokens',
  deleteApiToken: 'DELETE /account/tokens/{id}',
  listAccessKeys: 'GET /account/access-keys',
  createAccessKey: 'POST /account/access-keys',
  deleteAccessKey: 'DELETE /account/access-keys/{id}',
  listUsers: 'GET /users',
  createUser: 'POST /users',
  changeUser: 'PATCH /users/{id}',
  listJobs: 'GET /jobs',
  createJob: 'POST /jobs',
  createExampleJob: 'POST /jobs/example',
  getNameAvailable: 'GET /jobs/name-available',
  listTagKeys: 'GET /jobs/tags',
  previewStart: 'POST /jobs/start/preview',
  startJobs: 'POST /jobs/start',
  previewStop: 'POST /jobs/stop/preview',
  stopJobs: 'POST /jobs/stop',
  deleteJobs: 'POST /jobs/delete',
  exportJobs: 'POST /jobs/export',
  importJobs: 'POST /jobs/import',
  getJob: 'GET /jobs/{jobId}',
  updateJob: 'PATCH /jobs/{jobId}',
  renameJob: 'PUT /jobs/{jobId}/name',
  copyJob: 'POST /jobs/{jobId}/copy',
  listJobVersions: 'GET /jobs/{jobId}/versions',
  getJobVersion: 'GET /jobs/{jobId}/versions/{number}',
  setJobTags: 'PUT /jobs/{jobId}/tags',
  triggerSavepoint: 'POST /jobs/{jobId}/savepoint',
  previewImport: 'POST /jobs/{jobId}/import/preview',
  importSavepoint: 'POST /jobs/{jobId}/import',
  undoImport: 'POST /jobs/{jobId}/import/undo',
  listJobPermissions: 'GET /jobs/{jobId}/permissions',
  setJobPermission: 'PUT /jobs/{jobId}/permissions',
  getJobPlan: 'GET /jobs/{jobId}/plan',
  getJobDelivery: 'GET /jobs/{jobId}/delivery',
  getJobExposure: 'GET /jobs/{jobId}/exposure',
  getJobTasks: 'GET /jobs/{jobId}/tasks',
  getJobMetrics: 'GET /jobs/{jobId}/metrics',
  getJobTide: 'GET /jobs/{jobId}/tide',
  listRuns: 'GET /jobs/{jobId}/runs',
  listLedger: 'GET /jobs/{jobId}/ledger',
  listJobEvents: 'GET /jobs/{jobId}/events',
  listExceptions: 'GET /jobs/{jobId}/exceptions',
  getJobLogs: 'GET /jobs/{jobId}/logs',
  checkSql: 'POST /sql/check',
  previewSql: 'POST /sql/preview',
  explainSql: 'POST /sql/explain',
  formatSql: 'POST /sql/format',
  listSnapshots: 'GET /snapshots',
  getSnapshot: 'GET /snapshots/{id}',
  changeSnapshot: 'PATCH /snapshots/{id}',
  deleteSnapshot: 'DELETE /snapshots/{id}',
  undeleteSnapshot: 'POST /snapshots/{id}/undelete',
  browseStore: 'GET /store',
  listOperations: 'GET /operations',
  cancelOperation: 'POST /operations/{id}/cancel',
  listTemplates: 'GET /templates',
  createTemplate: 'POST /templates',
  getTemplate: 'GET /templates/{templateId}',
  changeTemplate: 'PATCH /templates/{templateId}',
  createRecipeJob: 'POST /recipes/{key}/jobs',
  getRecipeProgress: 'GET /jobs/{jobId}/recipe',
  breakRecipeJob: 'POST /jobs/{jobId}/recipe/break',
  deleteTemplate: 'DELETE /templates/{templateId}',
  getGuide: 'GET /guide',
  getFlinkUi: 'GET /jobs/{jobId}/flink-ui',
  getJobGuide: 'GET /jobs/{jobId}/guide',
  listPackages: 'GET /packages',
  uploadPackage: 'POST /packages',
  deletePackage: 'DELETE /packages/{id}',
  deletePackageVersion: 'DELETE /packages/{id}/versions/{number}',
  listPackageUsers: 'GET /packages/{id}/jobs',
  downloadPackage: 'GET /packages/{id}/versions/{number}/file',
  verifySnapshot: 'POST /snapshots/{id}/verify',
  getSnapshotStorage: 'GET /snapshots/storage',
  deleteOrphans: 'POST /snapshots/orphans/delete',
  undeleteOrphans: 'POST /snapshots/orphans/undelete',
  getJobRetention: 'GET /jobs/{jobId}/retention',
  setJobRetention: 'PUT /jobs/{jobId}/retention',
  listQueues: 'GET /queues',
  listAlarms: 'GET /alarms',
  acknowledgeAlarm: 'POST /alarms/{id}/acknowledge',
  listAlarmRules: 'GET /alarms/rules',
  createAlarmRule: 'POST /alarms/rules',
  previewAlarmRule: 'POST /alarms/rules/preview',
  changeAlarmRule: 'PATCH /alarms/rules/{id}',
  deleteAlarmRule: 'DELETE /alarms/rules/{id}',
  listAlarmChannels: 'GET /alarms/channels',
  createAlarmChannel: 'POST /alarms/channels',
  changeAlarmChannel: 'PATCH /alarms/channels/{id}',
  deleteAlarmChannel: 'DELETE /alarms/channels/{id}',
  testAlarmChannel: 'POST /alarms/channels/{id}/test',
  listAlarmSilences: 'GET /alarms/silences',
  createAlarmSilence: 'POST /alarms/silences',
  endAlarmSilence: 'DELETE /alarms/silences/{id}',
  listConnections: 'GET /connections',
  createConnection: 'POST /connections',
  testConnection: 'POST /connections/test',
  changeConnection: 'PATCH /connections/{id}',
  deleteConnection: 'DELETE /connections/{id}',
  listConnectionUsers: 'GET /connections/{id}/jobs',
  listConnectionObjects: 'GET /connections/{id}/objects',
  deriveTable: 'POST /connections/{id}/table',
  listRuntimeKeys: 'GET /runtime-keys',
  checkRuntimeConfiguration: 'POST /runtime-keys/check',
  listGlobalVariables: 'GET /variables',
  createGlobalVariable: 'POST /variables',
  changeGlobalVariable: 'PATCH /variables/{id}',
  deleteGlobalVariable: 'DELETE /variables/{id}',
  listVariableUsers: 'GET /variables/{id}/jobs',
  getSettings: 'GET /settings',
  changeSettings: 'PATCH /settings',
  listAudit: 'GET /audit',
  streamEvents: 'GET /events',
} as const satisfies Partial<Record<RouteName, `${HttpMethod} /${string}`>>;

export type EndpointName = keyof typeof ENDPOINTS;

type Text = string | number | boolean | undefined | null | readonly (string | number)[];

/** URL of a route with its path parameters and query filled in; empty query values are left out. */
export function urlOf(
  name: EndpointName,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = ENDPOINTS[name].slice(ENDPOINTS[name].indexOf(' ') + 1);
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query) as [string, Text][]) {
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    search.set(key, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = search.toString();
  return `/api/v1${filled}${text ? `?${text}` : ''}`;
}

export function methodOf(name: EndpointName): HttpMethod {
  return ENDPOINTS[name].slice(0, ENDPOINTS[name].indexOf(' ')) as HttpMethod;
}
