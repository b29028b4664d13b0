/** Running Parameters as Flink's keys: what the planner and the engine are given beside the SQL. Runtime Configuration wins. */
import type { JobOptions } from './job-options.ts';

export function settingsOfOptions(options: JobOptions): Record<string, string> {
  const settings: Record<string, string> = {
    'parallelism.default': String(options.parallelism),
    'table.exec.state.ttl': `${options.idleStateRetentionSeconds} s`,
  };
  if (options.checkpointEnabled) {
    settings['execution.checkpointing.interval'] = `${options.checkpointIntervalSeconds} s`;
    settings['execution.checkpointing.mode'] = options.checkpointMode === 'exactly_once' ? 'EXACTLY_ONCE' : 'AT_LEAST_ONCE';
    settings['execution.checkpointing.timeout'] = `${options.checkpointTimeoutSeconds} s`;
    settings['execution.checkpointing.num-retained'] = String(options.checkpointsRetained);
  }
  return { ...settings, ...options.runtimeConfiguration };
}
