/** Whether a rule looks at a job: one rule of thumb for the server that evaluates it and the page that lists the rules of a job. */
import type { AlarmScope } from './alarms.ts';

export function isInScope(
  { jobIds, tag }: AlarmScope,
  job: { readonly id: number; readonly tags: readonly { readonly key: string; readonly value: string }[] },
): boolean {
  if (jobIds !== null && !jobIds.includes(job.id)) return false;
  return tag === null || job.tags.some((one) => one.key === tag.key && one.value === tag.value);
}
