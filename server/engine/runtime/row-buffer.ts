/** Rows of print sinks for the live view: gathered for a moment, at most ROWS_MAX a table, the oldest dropped. */
const ROWS_MAX = 200;

export class RowBuffer {
  readonly #lines = new Map<string, string[]>();

  add(table: string, line: string): void {
    const lines = this.#lines.get(table) ?? [];
    this.#lines.set(table, lines);
    lines.push(line);
    if (lines.length > ROWS_MAX * 2) lines.splice(0, lines.length - ROWS_MAX);
  }

  /** What was gathered since the last call. */
  drain(): { readonly table: string; readonly lines: readonly string[] }[] {
    const drained = [...this.#lines].map(([table, lines]) => ({ table, lines: lines.slice(-ROWS_MAX) }));
    this.#lines.clear();
    return drained;
  }
}
