/** Static facts of a `datagen` table. */
import { INSERT_ONLY } from '../../formats/changelog-kinds.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { OptionProblem, TableFacts } from '../contract.ts';
import { checkTable } from '../option-rules.ts';
import { type FieldSpec, fieldRules, fieldSpecs, sequenceLength } from './field-options.ts';

export interface DatagenSpec {
  readonly fields: readonly FieldSpec[];
  readonly rowsPerSecond: number;
  /** Rows of all subtasks together; null = without end. */
  readonly totalRows: number | null;
}

export function readDatagenTable(table: PlanTable): { problems: OptionProblem[]; warnings: OptionProblem[]; spec: DatagenSpec } {
  const check = checkTable(
    table,
    [
      { key: 'rows-per-second', kind: 'integer', min: 1 },
      { key: 'number-of-rows', kind: 'integer', min: 0 },
      ...fieldRules(table.physical),
    ],
    null,
  );
  const fields = fieldSpecs(table.physical, check.values, check.problems);
  return {
    problems: check.problems,
    warnings: check.warnings,
    spec: {
      fields,
      rowsPerSecond: check.values.number('rows-per-second', 10_000),
      totalRows: totalRows(fields, check.values.number('number-of-rows'), check.problems.length > 0),
    },
  };
}

/** The shortest sequence ends the source, as does number-of-rows. */
function totalRows(fields: readonly FieldSpec[], numberOfRows: number | null, hasProblems: boolean): number | null {
  if (hasProblems) return numberOfRows;
  const limits = fields
    .map(sequenceLength)
    .filter((length) => length !== null)
    .map(Number);
  if (numberOfRows !== null) limits.push(numberOfRows);
  return limits.length === 0 ? null : Math.min(...limits);
}

export function describeDatagen(table: PlanTable): TableFacts {
  const { problems, warnings, spec } = readDatagenTable(table);
  return {
    problems,
    warnings,
    sourceChangelog: INSERT_ONLY,
    sinkChangelog: null,
    isBounded: spec.totalRows !== null,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: { guarantee: 'none', why: '' },
    summary: `Generated rows · ${spec.totalRows === null ? `${spec.rowsPerSecond} a second` : spec.totalRows}`,
  };
}
