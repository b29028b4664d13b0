/** The queries of a script in the order in which the planner counts them (PlanRequest.onlyQuery). */
import type { Statement } from '../sql/ast.ts';
import { parseScript } from '../sql/parse-script.ts';

/** For each INSERT and SELECT whether it has a sink of its own. */
export function queriesHaveSink(sql: string): readonly boolean[] {
  return parseScript(sql).statements.flatMap(queriesOf);
}

function queriesOf(statement: Statement): readonly boolean[] {
  switch (statement.kind) {
    case 'insert':
      return [true];
    case 'statementSet':
      return statement.inserts.map(() => true);
    case 'createTable':
      return statement.asQuery === null ? [] : [true];
    case 'query':
      return [false];
    case 'explain':
      return queriesOf(statement.statement);
    default:
      return [];
  }
}
