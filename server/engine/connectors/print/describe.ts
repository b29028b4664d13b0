/** Static facts of a `print` table. Names and defaults: Flink's PrintConnectorOptions. */

import { ALL_CHANGES } from '../../formats/changelog-kinds.ts';
import type { OptionRule } from '../../formats/option-rules.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { TableFacts } from '../contract.ts';
import { checkTable } from '../option-rules.ts';

export const PRINT_RULES: readonly OptionRule[] = [
  { key: 'print-identifier', kind: 'text' },
  { key: 'standard-error', kind: 'boolean' },
];

export function describePrint(table: PlanTable): TableFacts {
  const check = checkTable(table, PRINT_RULES, null);
  return {
    problems: check.problems,
    warnings: check.warnings,
    sourceChangelog: null,
    sinkChangelog: ALL_CHANGES,
    isBounded: false,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: {
      guarantee: 'at-least-once',
      why: `Rows that table ${table.name} printed since the last checkpoint are printed again after a restart.`,
    },
    summary: 'Print',
  };
}
