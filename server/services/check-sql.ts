/** Check Semantics, explain, format; the plan and the delivery contract of a saved job. All by the planner's thread, within its budget. */

import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { engineOfQueue } from '../connections/flink-clusters.ts';
import type { CheckSqlAnswer, JobDelivery, SqlMark } from '../contract/check.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobOptionsPatch } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, messageOf, type Said, say, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';
import type { SqlProblem } from '../engine/sql/problem.ts';
import type { ConsoleContext } from './context.ts';
import { flinkGraph } from './flink-graph.ts';
import { readOptions } from './job-view.ts';
import { mergeOptions } from './job-writes.ts';
import { deliveryOf, planGraph } from './plan-graph.ts';
import type { PlannedSql } from './ports.ts';

interface SqlInput {
  readonly sql: string;
  readonly options: JobOptionsPatch;
}

const tooLong = (budgetMs: number): Said => say('said.no.planTime', { seconds: budgetMs / 1000 });

export function marksOf(sql: string, planned: PlannedSql): SqlMark[] {
  if (planned.kind === 'timed-out') {
    throw new Refusal('time-out', tooLong(planned.budgetMs));
  }
  if (planned.kind === 'refused') return planned.problems.map((problem) => markOfProblem(problem));
  return planned.plan.warnings.map((warning) => markOfWarning(sql, warning));
}

function markOfProblem(problem: SqlProblem): SqlMark {
  const { message, line, column, endLine, endColumn, replacement, span } = problem;
  return {
    severity: 'error',
    message,
    said: [recognise(message)],
    line,
    column,
    endLine,
    endColumn,
    replacement,
    from: span.start,
    to: span.end,
  };
}

/** A warning has a place but no extent: it marks its line from there. */
function markOfWarning(sql: string, warning: { readonly message: string; readonly line: number; readonly column: number }): SqlMark {
  const lines = sql.split('\n');
  const line = Math.min(Math.max(1, warning.line), lines.length);
  const lineStart = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const length = lines[line - 1]?.length ?? 0;
  const column = Math.min(Math.max(1, warning.column), length + 1);
  return {
    severity: 'warning',
    message: warning.message,
    said: [recognise(warning.message)],
    line,
    column,
    endLine: line,
    endColumn: length + 1,
    from: lineStart + column - 1,
    to: lineStart + length,
    replacement: null,
  };
}

/** For a Flink cluster this engine's errors are only doubts: Flink may know what this engine does not. */
const doubtOf = (mark: SqlMark): SqlMark =>
  mark.severity === 'warning'
    ? mark
    : { ...mark, severity: 'warning', replacement: null, ...messageOf(say('said.check.doubt', { text: mark.said })) };

function plan(context: ConsoleContext, input: SqlInput): Promise<PlannedSql> {
  return context.planner.plan(input.sql, settingsOfOptions(mergeOptions(null, input.options)));
}

export async function checkSql(context: ConsoleContext, call: UserCall, input: SqlInput): Promise<CheckSqlAnswer> {
  const begun = context.clock.monotonicMs();
  const planned = await plan(context, input);
  const found = marksOf(input.sql, planned);
  const tookMs = context.clock.monotonicMs() - begun;
  const queue = input.options.queueName ?? 'default';
  const isForFlink = (await engineOfQueue(context.database, call.caller.projectId, queue)) === 'flink';
  const marks = isForFlink ? found.map(doubtOf) : found;
  if (isForFlink && planned.kind !== 'planned') {
    const said = [say('said.check.byFlink')];
    return {
      isRight: true,
      marks,
      sentence: inEnglish(said),
      said,
      operators: 0,
      statefulOperators: 0,
      graph: null,
      delivery: null,
      tookMs,
    };
  }
  if (planned.kind !== 'planned') {
    const said = [say('said.check.problems', { n: marks.length, first: marks[0]?.said ?? '' })];
    return {
      isRight: false,
      marks,
      sentence: inEnglish(said),
      said,
      operators: 0,
      statefulOperators: 0,
      graph: null,
      delivery: null,
      tookMs,
    };
  }
  const graph = planGraph(planned.plan);
  const operators = graph.nodes.length;
  const statefulOperators = graph.nodes.filter((node) => node.isStateful).length;
  const said = [say('said.check.right', { n: operators, stateful: statefulOperators })];
  return {
    isRight: true,
    marks,
    sentence: inEnglish(said),
    said,
    operators,
    statefulOperators,
    graph,
    delivery: deliveryOf(planned.plan),
    tookMs,
  };
}

export async function explainSql(context: ConsoleContext, _call: UserCall, input: SqlInput) {
  const planned = await plan(context, input);
  const marks = marksOf(input.sql, planned);
  return planned.kind === 'planned' ? { marks, text: planned.text, graph: planGraph(planned.plan) } : { marks, text: null, graph: null };
}

export async function formatSql(context: ConsoleContext, _call: UserCall, input: { readonly sql: string }) {
  const sql = await context.planner.format(input.sql);
  return { sql, isChanged: sql !== input.sql };
}

async function savedSql(context: ConsoleContext, call: UserCall, jobId: number) {
  await requireJob(context.database, call.caller, jobId);
  const job = await context.database.job.findUniqueOrThrow({ where: { id: jobId } });
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  return { job, sql: version.sql, settings: settingsOfOptions(readOptions(version.optionsJson)) };
}

export async function getJobPlan(context: ConsoleContext, call: UserCall, jobId: number) {
  const { job, sql, settings } = await savedSql(context, call, jobId);
  if ((await engineOfQueue(context.database, job.projectId, job.queueName)) === 'flink') {
    const graph = await flinkGraph(context.database, jobId);
    if (graph || job.type === 'flink_jar_job') return { version: job.version, marks: [], graph, text: null };
  }
  if (job.type !== 'flink_opensource_sql_job') throw new Refusal('invalid-request', say('said.no.jarPlan'));
  const planned = await context.planner.plan(sql, settings);
  const marks = marksOf(sql, planned);
  return planned.kind === 'planned'
    ? { version: job.version, marks, graph: planGraph(planned.plan), text: planned.text }
    : { version: job.version, marks, graph: null, text: null };
}

/** How each sink writes; or that nobody can say, which is an answer and no error: a draft is often written half. */
export async function getJobDelivery(context: ConsoleContext, call: UserCall, jobId: number): Promise<JobDelivery> {
  const { job, sql, settings } = await savedSql(context, call, jobId);
  const notPlanned = (told: Told, marks: SqlMark[] = []): JobDelivery => ({
    kind: 'not-planned',
    sentence: inEnglish(told),
    said: [...listOf(told)],
    marks,
    sinks: [],
  });
  if (job.type !== 'flink_opensource_sql_job') return notPlanned(say('said.delivery.jar'));
  const planned = await context.planner.plan(sql, settings);
  if (planned.kind === 'planned') return { kind: 'planned', ...deliveryOf(planned.plan) };
  if (planned.kind === 'timed-out') return notPlanned(tooLong(planned.budgetMs));
  const marks = marksOf(sql, planned);
  const first = marks.find((mark) => mark.severity === 'error');
  const where = first ? [say('said.delivery.place', { line: first.line, column: first.column, problem: first.said })] : [];
  return notPlanned([say('said.delivery.notPlanned'), ...where, say('said.delivery.correct')], marks);
}
