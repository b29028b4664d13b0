/** Folder names of partitions: `k=v`, special characters as %XX, as Flink's PartitionPathUtils (and Hive) write them. */

export const DEFAULT_PARTITION = '__DEFAULT_PARTITION__';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
const SPECIAL = /[\u0000-\u001f"#%'*/:=?\\{[\]^\u007f]/g;

function escapeName(text: string): string {
  return text.replace(SPECIAL, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** One folder level; `.` and `..` as values are escaped too, so that a value never leaves the table's folder. */
export function partitionFolder(key: string, value: string | null, defaultName: string): string {
  return `${escapeName(key)}=${value === null || value === '' ? defaultName : escapeName(value)}`;
}

/** The values along a path such as `dt=2026-01-31/kind=buy`, by key; NULL for the default partition. */
export function partitionValues(path: string, defaultName: string): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  for (const folder of path.split('/')) {
    const at = folder.indexOf('=');
    if (at <= 0) continue;
    const value = folder.slice(at + 1);
    values.set(unescapeName(folder.slice(0, at)), value === defaultName ? null : unescapeName(value));
  }
  return values;
}

function unescapeName(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
