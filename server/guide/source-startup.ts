/** Where a source of a plan begins when no snapshot says, by its connector and options. */
import type { PhysicalPlan, PlanTable } from '../engine/planner/physical-plan.ts';
import type { GuidePlan, GuideSource, Startup } from './facts.ts';

const KAFKA: Readonly<Record<string, Startup>> = {
  'earliest-offset': 'whole',
  'latest-offset': 'latest',
  'group-offsets': 'group',
  timestamp: 'position',
  'specific-offsets': 'position',
};

export function startupOf(table: Pick<PlanTable, 'connector' | 'options'>): Startup {
  const { connector, options } = table;
  // Flink's default of scan.startup.mode.
  if (connector === 'kafka') return KAFKA[options['scan.startup.mode'] ?? 'group-offsets'] ?? 'position';
  if (connector === 'datagen') return Object.values(options).includes('sequence') ? 'whole' : 'made';
  return 'whole';
}

export function guidePlanOf(plan: PhysicalPlan): GuidePlan {
  return {
    statefulOperators: plan.nodes.filter((node) => node.isStateful && node.kind !== 'source' && node.kind !== 'sink').length,
    sources: plan.nodes.flatMap((node): GuideSource[] =>
      node.kind === 'source'
        ? [
            {
              name: node.table.name,
              startup: startupOf(node.table),
              drops: node.table.connector === 'kafka' || node.table.connector === 'upsert-kafka',
            },
          ]
        : [],
    ),
    sinks: plan.nodes.flatMap((node) => (node.kind === 'sink' ? [{ name: node.table.name, guarantee: node.delivery.guarantee }] : [])),
    keyGroups: plan.keyGroups,
  };
}
