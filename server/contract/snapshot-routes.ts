/** Routes of the storage of snapshots: cost, orphan files, retention, verifying. Part of the table in routes.ts. */
import { z } from 'zod';
import { doneSchema, jobIdTextSchema } from './primitives.ts';
import { ofId, route } from './route.ts';
import { snapshotSchema } from './snapshot.ts';
import * as storage from './snapshot-storage.ts';

const ofJob = z.strictObject({ jobId: jobIdTextSchema });

export const snapshotRoutes = {
  verifySnapshot: route('POST', '/snapshots/{id}/verify', 'Read every byte of a snapshot and compare it with its manifest', {
    params: ofId,
    answer: snapshotSchema,
  }),
  getSnapshotStorage: route('GET', '/snapshots/storage', 'What snapshots cost by job, and files that no manifest names', {
    answer: storage.snapshotStorageSchema,
  }),
  deleteOrphans: route('POST', '/snapshots/orphans/delete', 'Delete files that no manifest names; can be undone for some days', {
    body: storage.deleteOrphansSchema,
    answer: storage.deletedOrphansAnswerSchema,
    access: 'admin',
  }),
  undeleteOrphans: route('POST', '/snapshots/orphans/undelete', 'Undo the delete of files', {
    body: storage.undeleteOrphansSchema,
    answer: doneSchema,
    access: 'admin',
  }),
  getJobRetention: route('GET', '/jobs/{jobId}/retention', 'By which rules snapshots of a job go', {
    params: ofJob,
    answer: storage.jobRetentionSchema,
  }),
  setJobRetention: route('PUT', '/jobs/{jobId}/retention', 'Change the rules of a job, or tell what a change would take', {
    params: ofJob,
    body: storage.retentionChangeSchema,
    answer: storage.jobRetentionSchema,
  }),
} as const;
