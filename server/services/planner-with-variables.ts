/** The planner for SQL with global variables in it: their present values go in, problems and warnings come back at the places that were written. */
import { inEnglish } from '../contract/said.ts';
import type { SqlProblem } from '../engine/sql/problem.ts';
import { fillInSettings, fillInSql, type Variables, writtenPlace, writtenProblem } from '../variables/fill-in.ts';
import type { PlannedSql, PlannerPort } from './ports.ts';

export function plannerWithVariables(planner: PlannerPort, read: () => Promise<Variables>): PlannerPort {
  return {
    format: (sql) => planner.format(sql),
    plan: async (sql, settings): Promise<PlannedSql> => {
      const hasAny = sql.includes('{{') || Object.values(settings).some((value) => value.includes('{{'));
      if (!hasAny) return planner.plan(sql, settings);
      const variables = await read();
      const filled = fillInSql(sql, variables);
      if (filled.kind === 'refused') return filled;
      const values = fillInSettings(settings, variables);
      if ('problem' in values) return { kind: 'refused', problems: [atBegin(inEnglish(values.problem))] };
      const planned = await planner.plan(filled.sql, values.filled);
      if (planned.kind === 'refused') return { ...planned, problems: planned.problems.map((one) => writtenProblem(sql, filled, one)) };
      if (planned.kind !== 'planned') return planned;
      const warnings = planned.plan.warnings.map((warning) => ({ ...warning, ...writtenPlace(sql, filled, warning) }));
      return { ...planned, plan: { ...planned.plan, warnings } };
    },
  };
}

/** Runtime Configuration is not in the SQL: its problem stands at the first line, as those of other settings do. */
const atBegin = (message: string): SqlProblem => ({
  message,
  span: { start: 0, end: 0 },
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 1,
  replacement: null,
});
