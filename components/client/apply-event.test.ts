import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Job, JobSummary, ListJobsAnswer } from '../../server/contract/job.ts';
import { applyEvent, patchList } from './apply-event.ts';
import { keys } from './query-keys.ts';

const row = (id: number, status: JobSummary['status']) => ({ id, status, name: `job-${id}` }) as JobSummary;
const list: ListJobsAnswer = {
  items: [row(1, 'job_running'), row(2, 'job_running')],
  total: 2,
  page: 1,
  pageSize: 50,
  counts: [{ status: 'job_running', count: 2 }],
  worstExposure: null,
};

describe('a job-changed event', () => {
  it('patches the row in place and moves the counts', () => {
    const next = patchList(list, 2, { status: 'job_canceling' });
    expect(next.items.map((item) => item.status)).toEqual(['job_running', 'job_canceling']);
    expect(next.counts).toEqual([
      { status: 'job_running', count: 1 },
      { status: 'job_canceling', count: 1 },
    ]);
    expect(list.items[1]?.status).toBe('job_running');
  });

  it('drops a status that no job has any more', () => {
    const one = patchList(patchList(list, 1, { status: 'job_finish' }), 2, { status: 'job_finish' });
    expect(one.counts).toEqual([{ status: 'job_finish', count: 2 }]);
  });

  it('leaves a list without the job as it is', () => {
    expect(patchList(list, 9, { status: 'job_finish' })).toBe(list);
  });

  it('gives a job with its SQL no version that runs ahead of the SQL, and has it fetched anew', () => {
    const client = new QueryClient();
    const job = { id: 4, version: 1, sql: 'mine', status: 'job_init' } as Job;
    client.setQueryData(keys.job(4), { job });
    const patch = { version: 1, status: 'job_submitting' } as const;
    applyEvent(client, { type: 'job-changed', jobId: 4, patch });
    expect(client.getQueryState(keys.job(4))?.isInvalidated).toBe(false);
    applyEvent(client, { type: 'job-changed', jobId: 4, patch: { ...patch, version: 2 } });
    expect(client.getQueryData<{ job: Job }>(keys.job(4))?.job).toMatchObject({ version: 1, sql: 'mine', status: 'job_submitting' });
    expect(client.getQueryState(keys.job(4))?.isInvalidated).toBe(true);
    client.clear();
  });
});
