import { describe, expect, it } from 'vitest';
import { crumbsOf } from './nav-entries.ts';

describe('breadcrumb', () => {
  it('ends in the page and links what is above', () => {
    expect(crumbsOf('/jobs', null)).toEqual([{ label: 'nav.jobManagement' }, { label: 'nav.jobs' }]);
    expect(crumbsOf('/jobs/7/edit', 'orders')).toEqual([
      { label: 'nav.jobManagement' },
      { label: 'nav.jobs', href: '/jobs' },
      { label: null, text: 'orders', href: '/jobs/7' },
      { label: 'nav.edit' },
    ]);
    expect(crumbsOf('/jobs/7', null).at(-1)).toEqual({ label: null, text: '7' });
    expect(crumbsOf('/nowhere', null)).toEqual([]);
  });
});
