import { expect, test } from 'vitest';
import type { Operator } from '../operators/contract.ts';
import type { PlanNode } from '../planner/physical-plan.ts';
import type { ChannelMessage, ChannelWriter } from './channel.ts';
import { channelTarget } from './channel-target.ts';
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
    latency: () => {},
    splits: () => {},
    end: () => {},
  };
  const runner = new NodeRunner(NODE, 0, null, { current: null }, () => 0);
  const lanes = [runner.addLane(0), runner.addLane(1)];
  runner.targets.push(target);
  runner.start({ operator });
  for (const watermarkMs of [100, 130, Number.MAX_SAFE_INTEGER]) for (const lane of lanes) runner.receiveWatermark(lane, watermarkMs);
  expect(heard).toEqual([100, 130, Number.MAX_SAFE_INTEGER]);
  expect(passed).toEqual([50, 80, Number.MAX_SAFE_INTEGER]);
});

test('a latency marker is measured at each node and goes on to one channel, each in its turn; what is older than two seconds is not told', () => {
  let nowMs = 10_000;
  const sent: [number, ChannelMessage][] = [];
  const writers = [0, 1].map(
    (index): ChannelWriter => ({
      send: (message) => sent.push([index, message]),
      hasRoom: true,
      whenRoom: () => Promise.resolve(),
      close: () => {},
    }),
  );
  const runner = new NodeRunner(NODE, 0, null, { current: null }, () => nowMs);
  runner.targets.push(channelTarget({ kind: 'hash', keys: [] }, [], 128, writers));
  expect(runner.latencyMs).toBeNull();
  runner.receiveLatency(9_950);
  runner.receiveLatency(9_980);
  runner.receiveLatency(9_990);
  expect(sent).toEqual([
    [0, { kind: 'latency', readMs: 9_950 }],
    [1, { kind: 'latency', readMs: 9_980 }],
    [0, { kind: 'latency', readMs: 9_990 }],
  ]);
  expect(runner.latencyMs).toBe(50);
  nowMs = 11_500;
  expect(runner.latencyMs).toBe(50);
  nowMs = 12_500;
  expect(runner.latencyMs).toBeNull();
});
