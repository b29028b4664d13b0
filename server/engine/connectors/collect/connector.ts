/** `collect`: where the rows of a bare SELECT go; the planner makes its table. */
import { ALL_CHANGES } from '../../formats/changelog-kinds.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { Connector, TableFacts } from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import { createRowPrinter } from '../row-printer.ts';

export const collectConnector: Connector = {
  name: 'collect',
  describe: describeCollect,
  createWriter: (_table, schema, context) => createRowPrinter(schema, '', false, context),
};

function describeCollect(table: PlanTable): TableFacts {
  const check = checkTable(table, [], null);
  return {
    problems: check.problems,
    warnings: check.warnings,
    sourceChangelog: null,
    sinkChangelog: ALL_CHANGES,
    isBounded: false,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: { guarantee: 'at-least-once', why: 'Rows of a query are shown again after a restart.' },
    summary: 'Rows of the query',
  };
}
