/** Global variables of a project as jobs and the planner get them. Few and short: they are read whole. */
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import type { Variables } from './fill-in.ts';

export async function readVariables(database: DatabaseOrTransaction, projectId: string): Promise<Variables> {
  const rows = await database.globalVariable.findMany({ where: { projectId }, select: { name: true, value: true } });
  return Object.fromEntries(rows.map((row) => [row.name, row.value]));
}

/** Those of a run, as they were recorded at its start. */
export function variablesOfRun(run: { readonly variablesJson: string }): Variables {
  return JSON.parse(run.variablesJson) as Variables;
}
