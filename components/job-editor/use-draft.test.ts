import { describe, expect, it } from 'vitest';
import { readDraft } from './use-draft.ts';

const DAY = 86_400_000;
const text = JSON.stringify({ at: 1_000, version: 3, sql: 'SELECT 1', options: {} });
describe('a draft kept in the browser', () => {
  it('is offered for its own version and for seven days', () => {
    expect(readDraft(text, 3, 1_000 + DAY)?.sql).toBe('SELECT 1');
    expect(readDraft(text, 4, 1_000 + DAY)).toBeNull();
    expect(readDraft(text, 3, 1_001 + 7 * DAY)).toBeNull();
    expect(readDraft('{broken', 3, 0)).toBeNull();
  });
});
