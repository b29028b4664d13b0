/**
 * What the planner takes and gives. One call plans a whole script: all CREATE/SET statements in order, then every INSERT and
 * statement set of the script as one job (Flink's SQL client would submit several; here one script is one job).
 */
import type { Connector } from '../connectors/contract.ts';
import type { SqlProblem } from '../sql/problem.ts';
import type { PhysicalPlan } from './physical-plan.ts';

export interface PlanRequest {
  readonly sql: string;
  /** Settings that win over SET in the script (Running Parameters, Runtime Configuration, --set). Flink's keys. */
  readonly settings: Readonly<Record<string, string>>;
  /** null when there is no such connector. */
  readonly connectorOf: (name: string) => Connector | null;
  readonly connectorNames: readonly string[];
  /**
   * What a bare SELECT does: `collect` plans it into a sink of connector `collect` (the command line prints its rows; the editor's
   * preview shows them), `refuse` says that a job needs an INSERT INTO.
   */
  readonly bareSelect: 'collect' | 'refuse';
  /** False: a table on the machine's own disk is refused, as on a server. */
  readonly allowLocalFiles: boolean;
  /**
   * A preview: only this query is planned, INSERTs and SELECTs counted from 0 in the order of the script, into a sink of connector `collect`
   * (named as the INSERT's table, else `select`). The sink of an INSERT is not looked at. Absent = the whole script.
   */
  readonly onlyQuery?: number;
}

export type PlanOutcome =
  | { readonly kind: 'planned'; readonly plan: PhysicalPlan }
  /** At least one problem, in the order of the text. Nothing was done. */
  | { readonly kind: 'refused'; readonly problems: readonly SqlProblem[] };

// planner/plan-script.ts: export function planScript(request: PlanRequest): PlanOutcome
// planner/explain.ts:     export function explainPlan(plan: PhysicalPlan): string (text tree) and explainJson for the console's graph
