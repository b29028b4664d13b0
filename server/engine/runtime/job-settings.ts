/** The settings of a script that the runtime itself obeys, in Flink's keys. */

export interface JobSettings {
  readonly parallelism: number | null;
  readonly checkpointIntervalMs: number | null;
  readonly checkpointTimeoutMs: number | null;
  readonly minPauseMs: number;
  readonly mode: 'exactly-once' | 'at-least-once' | null;
  readonly retained: number | null;
  readonly checkpointDirectory: string | null;
  readonly savepointDirectory: string | null;
  readonly restoreFrom: string | null;
  readonly timeZone: string | null;
  readonly jobName: string | null;
}

export function readJobSettings(settings: Readonly<Record<string, string>>): JobSettings {
  const first = (...keys: string[]) => keys.map((key) => settings[key]).find((value) => value !== undefined) ?? null;
  const duration = (value: string | null) => (value === null ? null : parseDurationMs(value));
  const count = (value: string | null) => (value !== null && /^[1-9]\d*$/.test(value) ? Number(value) : null);
  const mode = first('execution.checkpointing.mode')?.toLowerCase().replaceAll('_', '-');
  const zone = first('table.local-time-zone');
  return {
    parallelism: count(first('table.exec.resource.default-parallelism', 'parallelism.default')),
    checkpointIntervalMs: duration(first('execution.checkpointing.interval')),
    checkpointTimeoutMs: duration(first('execution.checkpointing.timeout')),
    minPauseMs: duration(first('execution.checkpointing.min-pause')) ?? 0,
    mode: mode === 'exactly-once' || mode === 'at-least-once' ? mode : null,
    retained: count(first('execution.checkpointing.num-retained', 'state.checkpoints.num-retained')),
    checkpointDirectory: first('execution.checkpointing.dir', 'state.checkpoints.dir'),
    savepointDirectory: first('execution.checkpointing.savepoint-dir', 'state.savepoints.dir'),
    restoreFrom: first('execution.state-recovery.path', 'execution.savepoint.path'),
    timeZone: zone === null || zone === 'default' ? null : zone,
    jobName: first('pipeline.name'),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  milli: 1,
  millis: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** Flink's TimeUtils.parseDuration: number and unit, milliseconds when there is none; or an ISO-8601 time. Null when it is neither. */
export function parseDurationMs(text: string): number | null {
  const plain = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text);
  if (plain) {
    const unit = (plain[2] as string).toLowerCase();
    const factor = unit === '' ? 1 : (UNITS[unit] ?? UNITS[unit.replace(/s$/, '')]);
    return factor === undefined ? null : Math.floor(Number(plain[1]) * factor);
  }
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text.trim());
  if (!iso) return null;
  const [days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000;
}
