/** What previews and imports are given. They change nothing. */

import type { Environment } from '../config/environment.ts';
import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';
import type { Dialer } from '../effects/dialer.ts';
import type { Connector } from '../engine/connectors/contract.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { ConnectionSet } from '../engine/runtime/wire.ts';
import type { FlinkClusterAddress } from '../engines/flink/cluster.ts';
import type { ObjectStore } from '../storage/contract.ts';
import type { Variables } from '../variables/fill-in.ts';
import type { LiveCount } from './live-counts.ts';

export type PlannedScript =
  | { readonly kind: 'planned'; readonly plan: PhysicalPlan }
  | { readonly kind: 'refused'; readonly problems: readonly { readonly message: string; readonly line: number; readonly column: number }[] }
  | { readonly kind: 'timed-out'; readonly budgetMs: number };

export interface SnapshotContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly dialer: Dialer;
  readonly connectorOf: (name: string) => Connector | null;
  readonly environment: Pick<Environment, 'objectStore'>;
  /** The last live count of a running job; null = none that is fresh. */
  readonly counted: (jobId: number) => LiveCount | null;
  /** Null: the queue is no Flink cluster. */
  readonly clusterOf: (projectId: string, queue: string) => Promise<FlinkClusterAddress | null>;
  readonly connectionsOf: (projectId: string, sql: string) => Promise<ConnectionSet>;
  /** Global variables of a project. */
  readonly variablesOf: (projectId: string) => Promise<Variables>;
  readonly plan: (sql: string, settings: Readonly<Record<string, string>>) => Promise<PlannedScript>;
}

/** One sentence when the script did not plan. */
export function planProblem(planned: Exclude<PlannedScript, { kind: 'planned' }>): Said {
  if (planned.kind === 'timed-out') return say('said.blocked.planTime', { seconds: planned.budgetMs / 1000 });
  const first = planned.problems[0];
  return first
    ? say('said.blocked.sql', { line: first.line, column: first.column, problem: recognise(first.message) })
    : say('said.blocked.sqlShort');
}
