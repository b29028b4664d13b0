/** For tests of the planner: scripts over real connectors, short ways to nodes of a plan. */
import type { Connector } from '../connectors/contract.ts';
import { CONNECTOR_NAMES, connectorOf } from '../connectors/registry.ts';
import type { SqlProblem } from '../sql/problem.ts';
import type { PlanRequest } from './contract.ts';
import type { ChangelogMode, NodeKind, NodeOf, PhysicalPlan } from './physical-plan.ts';
import { planScript } from './plan-script.ts';

export const EVENTS = `CREATE TABLE events (id INT, user_id INT, kind STRING, amount DECIMAL(10, 2), qty INT, price DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '/in/events.jsonl', 'format' = 'json');`;
export const ACCOUNTS = `CREATE TABLE accounts (acc INT, owner STRING, branch STRING, balance INT, PRIMARY KEY (acc) NOT ENFORCED)
  WITH ('connector' = 'filesystem', 'path' = '/in/accounts.jsonl', 'format' = 'debezium-json');`;

/** A sink that takes any changes. */
export function sink(columns: string, name = 'target'): string {
  return `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'filesystem', 'path' = '/out/${name}', 'format' = 'debezium-json');`;
}

const UPSERT: ChangelogMode = { insert: true, updateBefore: false, updateAfter: true, delete: true };

/** Stands for any connector that speaks upserts by key. */
const upsertConnector: Connector = {
  name: 'upserts',
  describe: () => ({
    problems: [],
    warnings: [],
    sourceChangelog: UPSERT,
    sinkChangelog: UPSERT,
    isBounded: true,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: { guarantee: 'idempotent', why: '' },
    summary: 'Upserts',
  }),
};

export function request(sql: string, settings: Readonly<Record<string, string>> = {}): PlanRequest {
  const find = (name: string): Connector | null => (name === 'upserts' ? upsertConnector : connectorOf(name));
  return { sql, settings, connectorOf: find, connectorNames: CONNECTOR_NAMES, bareSelect: 'collect', allowLocalFiles: true };
}

export function planned(sql: string, settings: Readonly<Record<string, string>> = {}): PhysicalPlan {
  const outcome = planScript(request(sql, settings));
  if (outcome.kind === 'refused') throw new Error(outcome.problems.map((p) => `${p.line}:${p.column} ${p.message}`).join('\n'));
  return outcome.plan;
}

export function refused(sql: string): readonly SqlProblem[] {
  const outcome = planScript(request(sql));
  if (outcome.kind === 'planned') throw new Error('the script was planned');
  return outcome.problems;
}

export function nodesOf<K extends NodeKind>(plan: PhysicalPlan, kind: K): readonly NodeOf<K>[] {
  return plan.nodes.filter((node): node is NodeOf<K> => node.kind === kind);
}

/** The only node of this kind. */
export function only<K extends NodeKind>(plan: PhysicalPlan, kind: K): NodeOf<K> {
  const found = nodesOf(plan, kind);
  if (found.length !== 1) throw new Error(`${found.length} nodes of kind ${kind}: ${plan.nodes.map((n) => n.kind).join(', ')}`);
  return found[0];
}

export function kindsOf(plan: PhysicalPlan): readonly NodeKind[] {
  return plan.nodes.map((node) => node.kind);
}

/** Text that stands at a problem's place. */
export function marked(sql: string, problem: SqlProblem): string {
  return sql.slice(problem.span.start, problem.span.end);
}
