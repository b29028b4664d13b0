import { describe, expect, it } from 'vitest';
import { pathParts } from './bucket-browser.tsx';

describe('the way up in the bucket browser', () => {
  it('has a link for every folder and keeps the scheme', () => {
    expect(pathParts('obs://tidemark/jobs/checkpoint')).toEqual([
      { name: 'tidemark', path: 'obs://tidemark' },
      { name: 'jobs', path: 'obs://tidemark/jobs' },
      { name: 'checkpoint', path: 'obs://tidemark/jobs/checkpoint' },
    ]);
    expect(pathParts('')).toEqual([]);
  });
});
