/** What each sink will show after a start, by how it writes. */

import type { z } from 'zod';
import type { Figure } from '../contract/primitives.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { sinkPreviewSchema } from '../contract/start.ts';
import type { NodeOf, PhysicalPlan } from '../engine/planner/physical-plan.ts';
import { NONE } from './figures.ts';

export type SinkPreview = z.infer<typeof sinkPreviewSchema>;

const HOW: Readonly<Record<SinkPreview['guarantee'], Said>> = {
  'exactly-once': say('said.sink.exactly-once'),
  idempotent: say('said.sink.idempotent'),
  'at-least-once': say('said.sink.at-least-once'),
  none: say('said.sink.none'),
};

/** `readAgain`: records processed again. `committed`: records that sinks with commits have shown since the snapshot. */
export function previewSinks(
  plan: PhysicalPlan,
  cost: { readonly lost: Figure; readonly readAgain: Figure; readonly committed: Figure },
): SinkPreview[] {
  const sinks = plan.nodes.filter((node): node is NodeOf<'sink'> => node.kind === 'sink');
  return sinks.map(({ table, delivery }) => ({
    name: table.name,
    connector: table.connector,
    guarantee: delivery.guarantee,
    how: inEnglish(HOW[delivery.guarantee]),
    why: delivery.why,
    whySaid: delivery.why === '' ? [] : [recognise(delivery.why)],
    lost: cost.lost,
    readAgain: cost.readAgain,
    doubled: doubledBy(delivery.guarantee, cost.readAgain, cost.committed),
  }));
}

function doubledBy(guarantee: SinkPreview['guarantee'], readAgain: Figure, committed: Figure): Figure {
  if (guarantee === 'idempotent') return NONE;
  if (guarantee === 'exactly-once') return committed;
  // Not every record read again reaches the sink; it is never more.
  return readAgain.value === null || readAgain.value === 0 ? readAgain : { ...readAgain, confidence: 'bound' };
}
