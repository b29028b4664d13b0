/** Settings of the console: one row a key, defaults for what was never set. */
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { type changeSettingsSchema, DEFAULT_SETTINGS, type Settings, settingsSchema } from '../contract/administration.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import type { ConsoleContext } from './context.ts';

export async function readSettings(database: DatabaseOrTransaction): Promise<Settings> {
  const rows = await database.setting.findMany({ where: { key: { in: Object.keys(DEFAULT_SETTINGS) } } });
  const stored = Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.valueJson) as unknown]));
  return settingsSchema.parse({ ...DEFAULT_SETTINGS, ...stored });
}

export async function getSettings(context: ConsoleContext): Promise<Settings> {
  return readSettings(context.database);
}

export async function changeSettings(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof changeSettingsSchema>,
): Promise<Settings> {
  return audited(context.database, call, 'changeSettings', { type: 'settings', id: 'settings', name: 'settings' }, async (note) => {
    const after = await context.database.$transaction(async (tx) => {
      note.before = await readSettings(tx);
      for (const [key, value] of Object.entries(input)) {
        if (value === undefined) continue;
        const valueJson = JSON.stringify(value);
        await tx.setting.upsert({ where: { key }, create: { key, valueJson }, update: { valueJson } });
      }
      const changed = await readSettings(tx);
      note.after = changed;
      await note.recordIn(tx);
      return changed;
    });
    context.supervisor.wake();
    return after;
  });
}
