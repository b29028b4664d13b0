import { expect, test } from 'vitest';
import type { Operator } from '../operators/contract.ts';
import type { PlanNode } from '../planner/physical-plan.ts';
import { NodeRunner, type Target } from './node-runner.ts';

const NODE: PlanNode = {
  id: 1,
  uid: 'n',
  inputs: [0, 1],
  schema: [],
  changelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
  description: '',
  parallelism: null,
  isStateful: true,
  stateTtlMs: 0,
  stateFields: [],
  kind: 'union',
};

test('an operator hears the watermark as it is; what it delays is passed on later, at the end all of it', () => {
  const heard: number[] = [];
  const passed: number[] = [];
  const operator: Operator = {
    open: () => {},
    process: () => {},
    processWatermark: (watermarkMs) => heard.push(watermarkMs),
    delayWatermark: (watermarkMs) => (watermarkMs === Number.MAX_SAFE_INTEGER ? watermarkMs : watermarkMs - 50),
    close: () => {},
  };
  const target: Target = {
    batch: () => {},
    watermark: (watermarkMs) => passed.push(watermarkMs),
    idle: () => {},
    splits: () => {},
    end: () => {},
  };
  const runner = new NodeRunner(NODE, 0, null, { current: null });
  const lanes = [runner.addLane(0), runner.addLane(1)];
  runner.targets.push(target);
  runner.start({ operator });
  for (const watermarkMs of [100, 130, Number.MAX_SAFE_INTEGER]) for (const lane of lanes) runner.receiveWatermark(lane, watermarkMs);
  expect(heard).toEqual([100, 130, Number.MAX_SAFE_INTEGER]);
  expect(passed).toEqual([50, 80, Number.MAX_SAFE_INTEGER]);
});
