import { describe, expect, it } from 'vitest';
import { type PreviewState, takeEvent } from './use-preview.ts';

const start: PreviewState = { running: true, started: null, rows: [], total: 0, recordsIn: 0, watermarkAt: null, end: null, error: null };

describe('events of a preview', () => {
  it('number the rows through, keep the newest and end', () => {
    const rows = (n: number) => Array.from({ length: n }, (_, index) => ({ kind: '+I' as const, values: [String(index)] }));
    const first = takeEvent(start, { type: 'rows', at: 1, rows: rows(400), watermarkAt: null, total: 400, recordsIn: 400 });
    const second = takeEvent(first, { type: 'rows', at: 2, rows: rows(200), watermarkAt: 7, total: 600, recordsIn: 900 });
    expect([second.rows.length, second.rows[0]?.n, second.rows.at(-1)?.n, second.watermarkAt]).toEqual([500, 101, 600, 7]);
    const end = takeEvent(second, { type: 'end', at: 3, reason: 'rows', message: '', said: [], total: 600, recordsIn: 900 });
    expect([end.running, end.end?.reason, end.rows.length]).toEqual([false, 'rows', 500]);
  });
});
