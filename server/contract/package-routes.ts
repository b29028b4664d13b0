/** Routes of packages. Part of the table in routes.ts. */
import { z } from 'zod';
import * as packages from './packages.ts';
import { doneSchema, idSchema } from './primitives.ts';
import { ofId, route } from './route.ts';

const ofVersion = z.strictObject({ id: idSchema, number: z.coerce.number().int().positive() });

export const packageRoutes = {
  listPackages: route('GET', '/packages', 'Packages with their versions', {
    query: packages.listPackagesQuerySchema,
    answer: packages.listPackagesAnswerSchema,
  }),
  uploadPackage: route('POST', '/packages', 'Upload a file (the body) as a new package or a new version', {
    query: packages.uploadPackageQuerySchema,
    answer: packages.packageSchema,
    status: 201,
  }),
  changePackage: route('PATCH', '/packages/{id}', 'Change the description', {
    params: ofId,
    body: packages.changePackageSchema,
    answer: packages.packageSchema,
  }),
  deletePackage: route('DELETE', '/packages/{id}', 'Delete a package that no job uses', { params: ofId, answer: doneSchema }),
  deletePackageVersion: route('DELETE', '/packages/{id}/versions/{number}', 'Delete a version that no job uses', {
    params: ofVersion,
    answer: doneSchema,
  }),
  listPackageUsers: route('GET', '/packages/{id}/jobs', 'Jobs that use a package', {
    params: ofId,
    answer: packages.packageUsersAnswerSchema,
  }),
  downloadPackage: route('GET', '/packages/{id}/versions/{number}/file', 'The file of a version', {
    params: ofVersion,
    answer: z.unknown(),
    kind: 'stream',
  }),
} as const;
