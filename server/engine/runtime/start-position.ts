/** A start from a time: overrides where Kafka sources begin when there is no snapshot. */
import type { PlanTable } from '../planner/physical-plan.ts';
import type { RunSpec } from './wire.ts';

const KAFKA_SOURCES: ReadonlySet<string> = new Set(['kafka', 'upsert-kafka']);

export function startPositionOf(position: RunSpec['startPosition']): (table: PlanTable) => PlanTable {
  if (position === null) return (table) => table;
  return (table) => {
    if (!KAFKA_SOURCES.has(table.connector)) return table;
    const kept = Object.entries(table.options).filter(([key]) => !key.startsWith('scan.startup.'));
    const options = {
      ...Object.fromEntries(kept),
      'scan.startup.mode': 'timestamp',
      'scan.startup.timestamp-millis': String(position.ms),
    };
    return { ...table, options };
  };
}
