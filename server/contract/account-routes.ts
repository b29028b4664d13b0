/** Routes of sign-in, accounts and users. Part of the table in routes.ts. */
import * as account from './account.ts';
import { doneSchema } from './primitives.ts';
import { ofId, route } from './route.ts';

export const accountRoutes = {
  getSetup: route('GET', '/setup', 'Whether the first administrator is still to be made', {
    access: 'public',
    answer: account.setupStatusSchema,
  }),
  setUp: route('POST', '/setup', 'Make the first administrator with the link of the first start, and sign in', {
    access: 'public',
    body: account.setUpSchema,
    answer: account.sessionSchema,
    status: 201,
  }),
  signIn: route('POST', '/session', 'Sign in', {
    access: 'public',
    body: account.signInSchema,
    answer: account.sessionSchema,
    status: 201,
  }),
  getSession: route('GET', '/session', 'Who is signed in', { answer: account.sessionSchema }),
  signOut: route('DELETE', '/session', 'Sign out', { answer: doneSchema }),
  listSessions: route('GET', '/account/sessions', 'Open sessions of the caller', { answer: account.openSessionsAnswerSchema }),
  endSession: route('DELETE', '/account/sessions/{id}', 'End a session of the caller', { params: ofId, answer: doneSchema }),
  changeAccount: route('PATCH', '/account', 'Change name, language, time zone of the caller', {
    body: account.changeAccountSchema,
    answer: account.userSchema,
  }),
  changePassword: route('PUT', '/account/password', 'Change the password of the caller; other sessions end', {
    body: account.changePasswordSchema,
    answer: doneSchema,
  }),
  listApiTokens: route('GET', '/account/tokens', 'API tokens of the caller', { answer: account.apiTokensAnswerSchema }),
  createApiToken: route('POST', '/account/tokens', 'Make an API token; it is shown once', {
    body: account.createApiTokenSchema,
    answer: account.createdApiTokenSchema,
    status: 201,
  }),
  deleteApiToken: route('DELETE', '/account/tokens/{id}', 'Revoke an API token', { params: ofId, answer: doneSchema }),
  listAccessKeys: route('GET', '/account/access-keys', 'Access keys of the caller for the DLI-compatible API', {
    answer: account.accessKeysAnswerSchema,
  }),
  createAccessKey: route('POST', '/account/access-keys', 'Make an access key pair; the secret is shown once', {
    answer: account.createdAccessKeySchema,
    status: 201,
  }),
  deleteAccessKey: route('DELETE', '/account/access-keys/{id}', 'Delete an access key', { params: ofId, answer: doneSchema }),
  listUsers: route('GET', '/users', 'Users', {
    query: account.listUsersQuerySchema,
    answer: account.listUsersAnswerSchema,
    access: 'admin',
  }),
  createUser: route('POST', '/users', 'Make a user', {
    body: account.createUserSchema,
    answer: account.userSchema,
    access: 'admin',
    status: 201,
  }),
  changeUser: route('PATCH', '/users/{id}', 'Change, disable or re-enable a user', {
    params: ofId,
    body: account.changeUserSchema,
    answer: account.userSchema,
    access: 'admin',
  }),
} as const;
