/** A start from a time or from given offsets: overrides where Kafka tables begin when there is no snapshot to load. */
import type { PlanTable } from '../planner/physical-plan.ts';
import type { RunSpec } from './wire.ts';

const KAFKA_SOURCES: ReadonlySet<string> = new Set(['kafka', 'upsert-kafka']);

export function startPositionOf(position: RunSpec['startPosition']): (table: PlanTable) => PlanTable {
  return (table) => {
    const startup = KAFKA_SOURCES.has(table.connector) ? startupAt(position, table.name, table.options.topic) : null;
    if (startup === null) return table;
    const kept = Object.entries(table.options).filter(([key]) => !key.startsWith('scan.startup.'));
    return { ...table, options: { ...Object.fromEntries(kept), ...startup } };
  };
}

/** The options `scan.startup.*` of a table; null = as it is declared. Offsets are of a topic: a table that reads another one now begins as declared. */
export function startupAt(
  position: RunSpec['startPosition'],
  table: string,
  topic: string | undefined,
): Readonly<Record<string, string>> | null {
  if (position === null) return null;
  if (position.kind === 'timestamp') return { 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': String(position.ms) };
  const place = Object.hasOwn(position.tables, table) ? position.tables[table] : undefined;
  if (place === undefined || place.topic !== topic) return null;
  const list = Object.entries(place.offsets).map(([partition, offset]) => `partition:${partition},offset:${offset}`);
  return { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': list.join(';') };
}
