import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../server/contract/routes.ts';
import { ENDPOINTS, type EndpointName, methodOf, urlOf } from './endpoints.ts';

describe('endpoints', () => {
  it('are those of the contract', () => {
    const wrong = (Object.keys(ENDPOINTS) as EndpointName[]).filter(
      (name) => ENDPOINTS[name] !== `${ROUTES[name].method} ${ROUTES[name].path}`,
    );
    expect(wrong).toEqual([]);
  });

  it('fills path and query, escapes, and leaves empty values out', () => {
    expect(urlOf('getSnapshot', { id: 'a/b' })).toBe('/api/v1/snapshots/a%2Fb');
    expect(urlOf('listJobs', {}, { status: ['job_running', 'job_init'], q: '', page: 2, tag: [] })).toBe(
      '/api/v1/jobs?status=job_running%2Cjob_init&page=2',
    );
    expect(methodOf('deleteSnapshot')).toBe('DELETE');
  });
});
