/**
 * Thread that plans SQL for the console: syntax, binding, plan and explanation, nothing else. It does no I/O and runs no plan; its
 * owner ends it when an answer takes too long.
 */
import { parentPort } from 'node:worker_threads';
import { CONNECTOR_NAMES, connectorOf } from '../engine/connectors/registry.ts';
import { explainPlan } from '../engine/planner/explain.ts';
import { planScript } from '../engine/planner/plan-script.ts';
import type { ConnectionSet } from '../engine/runtime/wire.ts';
import { withConnections } from '../engine/runtime/with-connections.ts';
import { formatSql } from '../engine/sql/format-sql.ts';

export type PlannerRequest =
  | {
      readonly id: number;
      readonly kind: 'plan';
      readonly sql: string;
      readonly settings: Readonly<Record<string, string>>;
      readonly connections: ConnectionSet;
    }
  | { readonly id: number; readonly kind: 'format'; readonly sql: string };

export type PlannerAnswer = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }
);

function answerOf(request: PlannerRequest): unknown {
  if (request.kind === 'format') return formatSql(request.sql);
  const outcome = planScript({
    sql: request.sql,
    settings: request.settings,
    connectorOf: withConnections(connectorOf, request.connections, new Map()),
    connectorNames: CONNECTOR_NAMES,
    bareSelect: 'refuse',
    allowLocalFiles: false,
  });
  return outcome.kind === 'planned' ? { ...outcome, text: explainPlan(outcome.plan) } : outcome;
}

parentPort?.on('message', (request: PlannerRequest) => {
  let answer: PlannerAnswer;
  try {
    answer = { id: request.id, ok: true, value: answerOf(request) };
  } catch (error) {
    answer = { id: request.id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
});
