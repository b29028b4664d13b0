/** `blackhole`: takes all rows and keeps none; for measuring. */
import { ALL_CHANGES } from '../../formats/changelog-kinds.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import type { Connector, SinkWriter, TableFacts } from '../contract.ts';
import { checkTable } from '../option-rules.ts';

export const blackholeConnector: Connector = {
  name: 'blackhole',
  describe: describeBlackhole,
  createWriter: () => writer,
};

function describeBlackhole(table: PlanTable): TableFacts {
  const check = checkTable(table, [], null);
  return {
    problems: check.problems,
    warnings: check.warnings,
    sourceChangelog: null,
    sinkChangelog: ALL_CHANGES,
    isBounded: false,
    hasSplitWatermarks: false,
    metadata: [],
    delivery: { guarantee: 'none', why: `Table ${table.name} keeps no row: its connector is blackhole.` },
    summary: 'Blackhole',
  };
}

const writer: SinkWriter = {
  open: () => Promise.resolve(),
  write: () => {},
  ready: () => null,
  prepare: () => Promise.resolve([]),
  commit: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
