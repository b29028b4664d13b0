/** Figures of a job's row that change all the time: told to browsers only when they are others than last told. */
import type { JobSummary } from '../contract/job.ts';

type Fields = Readonly<Record<'lagRecords' | 'exposureRecords' | 'stateBytes', bigint | null>>;

export function jobFieldsDiffer(
  fields: Fields,
  before: string,
): { readonly differs: boolean; readonly text: string; readonly patch: Partial<JobSummary> } {
  const whole = (value: bigint | null) => (value === null ? null : Number(value));
  const patch = {
    lagRecords: whole(fields.lagRecords),
    exposureRecords: whole(fields.exposureRecords),
    stateBytes: whole(fields.stateBytes),
  };
  const text = JSON.stringify(patch);
  return { differs: text !== before, text, patch };
}
