/**
 * POST /v3/{project_id}/streaming/jobs/{job_id}/gen-graph: the plan of an SQL text, as JSON in a text, in the shape of Flink's JSON plan with DLI's names.
 * The text need not be saved. Operators of the embedded engine are chained by nobody before they run, so a node is one operator, and the simple graph
 * and the job graph are the same. Job settings that the body does not name have their defaults, as at creation.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { PlanGraph } from '../contract/check.ts';
import { jobSqlSchema } from '../contract/job.ts';
import { explainSql } from '../services/check-sql.ts';
import type { ConsoleContext } from '../services/context.ts';
import { DliError } from './dli-error.ts';
import { updateSqlJobBody } from './job-body.ts';
import { optionsOf } from './job-body-to-options.ts';

const { flink_version, cu_number, manager_cu_number, parallel_number, tm_cus, tm_slot_num, operator_config, static_estimator_config } =
  updateSqlJobBody.shape;

export const graphBody = z.object({
  sql_body: jobSqlSchema.min(1, 'sql_body is needed.'),
  job_type: z.enum(['flink_opensource_sql_job', 'flink_sql_job'], 'Use flink_opensource_sql_job.').or(z.literal('')).nullish(),
  graph_type: z.enum(['simple_graph', 'job_graph'], 'Use simple_graph or job_graph.').or(z.literal('')).nullish(),
  static_estimator: z.boolean().nullish(),
  ...{ flink_version, cu_number, manager_cu_number, parallel_number, tm_cus, tm_slot_num, operator_config, static_estimator_config },
});

export async function showStreamGraph(context: ConsoleContext, call: UserCall, jobId: number, body: z.output<typeof graphBody>) {
  const job = await requireJob(context.database, call.caller, jobId);
  const { graph_type: _graph, static_estimator: _static, job_type: _type, ...settings } = body;
  const { graph, marks } = await explainSql(context, call, { sql: body.sql_body, options: optionsOf(settings, null) });
  if (graph === null) {
    const first = marks.find((mark) => mark.severity === 'error');
    throw new DliError(400, 'DLI.0005', first ? `Line ${first.line}, column ${first.column}: ${first.message}` : 'The SQL does not plan.');
  }
  return {
    is_success: true,
    message: 'The stream graph is successfully generated.',
    error_code: '',
    stream_graph: JSON.stringify(streamGraph(job.name, graph)),
  };
}

function streamGraph(name: string, { nodes, edges }: PlanGraph) {
  const uidOf = new Map(nodes.map((node) => [node.id, node.uid]));
  const inputsOf = (id: number) => edges.filter((edge) => edge.to === id);
  return {
    jid: '',
    name,
    nodes: nodes.map(({ id, uid, parallelism, title, description }) => ({
      id: uid,
      parallelism: parallelism ?? 1,
      operator: title,
      operator_strategy: '',
      description,
      chain_operators_id: [uid],
      inputs: inputsOf(id).map((edge, num) => ({
        num,
        id: uidOf.get(edge.from),
        ship_strategy: edge.strategy,
        exchange: 'pipelined_bounded',
      })),
      optimizer_properties: {},
    })),
    operator_list: nodes.map(({ id, uid, title, kind, description, parallelism }) => ({
      id: uid,
      name: title,
      type: kind,
      contents: description,
      parallelism: parallelism ?? 1,
      tags: '',
      input_operators_id: inputsOf(id).map((edge) => uidOf.get(edge.from)),
    })),
  };
}
