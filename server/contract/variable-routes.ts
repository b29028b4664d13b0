/** Routes of global variables. Part of the table in routes.ts. */
import * as variables from './global-variables.ts';
import { doneSchema } from './primitives.ts';
import { ofId, route } from './route.ts';

export const variableRoutes = {
  listGlobalVariables: route('GET', '/variables', 'Global variables', { answer: variables.globalVariablesAnswerSchema }),
  createGlobalVariable: route('POST', '/variables', 'Make a global variable', {
    body: variables.createVariableSchema,
    answer: variables.globalVariableSchema,
    access: 'admin',
    status: 201,
  }),
  changeGlobalVariable: route('PATCH', '/variables/{id}', 'Change a value; jobs take it at their next start by hand', {
    params: ofId,
    body: variables.changeVariableSchema,
    answer: variables.changedVariableSchema,
    access: 'admin',
  }),
  deleteGlobalVariable: route('DELETE', '/variables/{id}', 'Delete a global variable that no job names', {
    params: ofId,
    answer: doneSchema,
    access: 'admin',
  }),
  listVariableUsers: route('GET', '/variables/{id}/jobs', 'Jobs that name a global variable, and the value they run with', {
    params: ofId,
    answer: variables.variableUsersAnswerSchema,
  }),
} as const;
