/**
 * A script to its statements by text alone: `;` outside of quotes, back-ticks and comments ends one, and the statements between BEGIN and END of a
 * statement set are one with it. So a statement that the embedded engine's parser does not know still reaches Flink whole.
 */
export interface ScriptPiece {
  /** Without the `;` and what is before it; comments inside are kept. */
  readonly text: string;
  /** Where it begins in the script. */
  readonly start: number;
}

/** Blanks and comments before a statement. */
const LEAD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const NEXT = /'(?:[^']|'')*'|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[A-Za-z_]+/g;

export function splitScript(sql: string): readonly ScriptPiece[] {
  const pieces: ScriptPiece[] = [];
  let start = 0;
  let isInSet = false;
  let before = '';
  for (const match of sql.matchAll(NEXT)) {
    const word = match[0].toUpperCase();
    if (word.startsWith('--') || word.startsWith('/*')) continue;
    // BEGIN STATEMENT SET; … END;   and   EXECUTE STATEMENT SET BEGIN … END;
    if (word === 'STATEMENT' && before === 'BEGIN') isInSet = true;
    if (word === 'BEGIN' && before === 'SET') isInSet = true;
    if (word === 'END' && before === ';') isInSet = false;
    if (word === ';' && !isInSet) {
      add(pieces, sql, start, match.index);
      start = match.index + 1;
    }
    before = word;
  }
  add(pieces, sql, start, sql.length);
  return pieces;
}

function add(pieces: ScriptPiece[], sql: string, start: number, end: number): void {
  const text = sql.slice(start, end);
  const lead = LEAD.exec(text)?.[0].length ?? 0;
  const statement = text.slice(lead).trim();
  if (statement !== '') pieces.push({ text: statement, start: start + lead });
}

export function withoutComments(text: string): string {
  return text
    .replace(/('(?:[^']|'')*'|`(?:[^`]|``)*`)|--[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted: string | undefined) => quoted ?? ' ')
    .trim();
}

/** The statements inside a statement set; null when it is none. */
export function insideStatementSet(text: string): readonly string[] | null {
  const bare = withoutComments(text);
  const match =
    /^BEGIN\s+STATEMENT\s+SET\s*;([\s\S]*);\s*END$/i.exec(bare) ?? /^EXECUTE\s+STATEMENT\s+SET\s+BEGIN([\s\S]*);\s*END$/i.exec(bare);
  return match ? splitScript(match[1] as string).map((piece) => piece.text) : null;
}
