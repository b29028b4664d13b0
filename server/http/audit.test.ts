/** Audit: acts of account, templates, queues and users are rows with before and after, and stand or fall with them; the export is the whole of it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Browser, ConsoleFixture } from './console-fixture.ts';
import { exportAudit } from './export-audit.ts';

let fixture: ConsoleFixture;
let admin: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
});
afterAll(() => fixture.close());

const newest = () => fixture.context.database.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });

describe('audit', () => {
  it('tells what a change was before and after', async () => {
    const changed = await admin.call('PATCH', '/account', { theme: 'dark', density: 'compact', timeZone: 'browser' });
    expect(changed.body).toMatchObject({ theme: 'dark', density: 'compact', timeZone: 'browser' });
    const row = await newest();
    expect([row.action, JSON.parse(row.beforeJson ?? ''), JSON.parse(row.afterJson ?? '')]).toEqual([
      'changeAccount',
      { theme: 'system', density: 'comfortable', timeZone: expect.any(String) },
      { theme: 'dark', density: 'compact', timeZone: 'browser' },
    ]);
  });

  it('has no row of an act as done that was not, with the refusal by code', async () => {
    const refused = await admin.call('DELETE', '/queues/nowhere');
    expect(refused.body.error.said).toEqual([{ code: 'said.no.queue', values: { name: 'nowhere' } }]);
    const row = await newest();
    expect([row.result, row.message, JSON.parse(row.saidJson)[0].code]).toEqual([
      'refused',
      'There is no queue named nowhere.',
      'said.no.queue',
    ]);
  });

  it('is written with the act: when the row cannot be, nothing is changed', async () => {
    const { database } = fixture.context;
    await admin.call('POST', '/templates', { name: 'kept', sql: 'SELECT 1' });
    const { id } = await database.template.findFirstOrThrow({ where: { name: 'kept' } });
    await database.$executeRawUnsafe(
      "CREATE TRIGGER no_audit BEFORE INSERT ON \"AuditEntry\" WHEN NEW.result = 'done' BEGIN SELECT RAISE(ABORT, 'no room'); END",
    );
    const silent = vi.spyOn(fixture.context, 'log').mockImplementation(() => {});
    expect((await admin.call('DELETE', `/templates/${id}`)).status).toBe(500);
    silent.mockRestore();
    await database.$executeRawUnsafe('DROP TRIGGER no_audit');
    expect(await database.template.count({ where: { id } })).toBe(1);
  });

  it('is exported whole, in portions, without formulas for spreadsheets', async () => {
    const { database } = fixture.context;
    const row = { who: 'ada', objectType: 'job', objectId: '', address: '', via: 'api', result: 'done', requestId: '' };
    await database.auditEntry.createMany({
      data: Array.from({ length: 1_200 }, (_, n) => ({ ...row, action: 'many', objectName: n === 0 ? '=1+"1",2' : `o${n}` })),
    });
    const lines = (await exportAudit(fixture.context, { format: 'csv', action: 'many' }).text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1_201);
    expect(lines.at(-1)).toContain(`"'=1+""1"",2"`);
    const json = (await exportAudit(fixture.context, { format: 'jsonl', action: 'many' }).text()).trimEnd().split('\n');
    expect(new Set(json.map((line) => JSON.parse(line).id)).size).toBe(1_200);
  });
});
