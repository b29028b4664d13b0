/** One setting of the console, or its default. */
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../contract/administration.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';

export async function readSetting<K extends keyof Settings>(database: DatabaseOrTransaction, key: K): Promise<Settings[K]> {
  const row = await database.setting.findUnique({ where: { key } });
  if (!row) return DEFAULT_SETTINGS[key];
  const parsed = settingsSchema.shape[key].safeParse(JSON.parse(row.valueJson));
  return parsed.success ? (parsed.data as Settings[K]) : DEFAULT_SETTINGS[key];
}
