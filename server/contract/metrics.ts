/** Time series of a job. */
import { z } from 'zod';
import { timestampSchema } from './primitives.ts';

export const METRIC_NAMES = [
  'recordsInRate',
  'recordsOutRate',
  'bytesInRate',
  'bytesOutRate',
  'lagRecords',
  'watermarkLagMs',
  'cpu',
  'rssBytes',
  'stateBytes',
  'busy',
  'backpressured',
  'exposureRecords',
  'checkpointMs',
  'checkpointBytes',
  /** Of the operator where it is longest: time from a source's reader through it. */
  'latencyMs',
  /** Automatic restarts since the last start by hand. */
  'restarts',
] as const;
export const metricNameSchema = z.enum(METRIC_NAMES);
export type MetricName = z.infer<typeof metricNameSchema>;

/** Values of one moment; a name that is absent was not measured. */
export const metricValuesSchema = z.partialRecord(metricNameSchema, z.number());
export type MetricValues = z.infer<typeof metricValuesSchema>;

export const metricsQuerySchema = z.strictObject({
  names: z
    .preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(metricNameSchema).min(1))
    .default([...METRIC_NAMES]),
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
  points: z.coerce.number().int().min(1).max(2000).default(600),
});
export const metricsAnswerSchema = z.strictObject({
  from: timestampSchema,
  to: timestampSchema,
  resolutionMs: z.int(),
  /** One time axis for all; null where nothing was measured. */
  at: z.array(timestampSchema),
  series: z.partialRecord(metricNameSchema, z.array(z.number().nullable())),
});
export type MetricsAnswer = z.infer<typeof metricsAnswerSchema>;

/** Resolutions that are kept, and for how long. The supervisor folds each into the next. */
export const METRIC_RESOLUTIONS = [
  { seconds: 10, keptMs: 6 * 3_600_000 },
  { seconds: 60, keptMs: 7 * 86_400_000 },
  { seconds: 600, keptMs: 90 * 86_400_000 },
] as const;

/** What a stored point holds by metric name. */
export const foldedMetricsSchema = z.partialRecord(
  metricNameSchema,
  z.strictObject({ min: z.number(), max: z.number(), sum: z.number(), count: z.number().positive() }),
);
export type FoldedMetrics = z.infer<typeof foldedMetricsSchema>;

/** Metrics of which the worst, not the mean, of a span is shown. */
export const WORST_METRICS: ReadonlySet<MetricName> = new Set<MetricName>([
  'lagRecords',
  'watermarkLagMs',
  'backpressured',
  'exposureRecords',
  'checkpointMs',
  'checkpointBytes',
  'latencyMs',
  'restarts',
]);
