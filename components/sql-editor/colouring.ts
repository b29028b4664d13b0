/** Colours of SQL text, from the engine's own lexer; only what is on screen is decorated. */
import { type Extension, RangeSetBuilder, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type ColoredToken, tokenize } from '../../server/engine/sql/tokens.ts';

const MARKS = Object.fromEntries(
  (['keyword', 'function', 'name', 'quotedName', 'string', 'number', 'comment', 'operator', 'error'] as const).map((category) => [
    category,
    Decoration.mark({ class: `sql-${category}` }),
  ]),
) as Record<ColoredToken['category'], Decoration>;
const TYPE_WORD =
  /^(STRING|VARCHAR|CHAR|BOOLEAN|TINYINT|SMALLINT|INT|INTEGER|BIGINT|FLOAT|DOUBLE|DECIMAL|NUMERIC|DATE|TIME|TIMESTAMP|TIMESTAMP_LTZ|BYTES|BINARY|VARBINARY|ARRAY|MAP|ROW|MULTISET|RAW)$/i;
const TYPE_MARK = Decoration.mark({ class: 'sql-type' });

const tokens = StateField.define<readonly ColoredToken[]>({
  create: (state) => tokenize(state.doc.toString()),
  update: (value, transaction) => (transaction.docChanged ? tokenize(transaction.newDoc.toString()) : value),
});

function visible(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const all = view.state.field(tokens);
  for (const { from, to } of view.visibleRanges) {
    for (const token of all) {
      if (token.end <= from) continue;
      if (token.start >= to) break;
      const isType =
        (token.category === 'keyword' || token.category === 'function') && TYPE_WORD.test(view.state.sliceDoc(token.start, token.end));
      builder.add(token.start, token.end, isType ? TYPE_MARK : MARKS[token.category]);
    }
  }
  return builder.finish();
}

const painter = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = visible(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = visible(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text-1)', backgroundColor: 'var(--surface)', fontSize: 'var(--editor-size, 13px)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: '20px' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text-1)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-3)', border: 'none', paddingLeft: '6px' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 8px 0 4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hover) 70%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-changed .cm-gutterElement': { width: '3px' },
  '.cm-changed-line': { width: '2px', height: '100%', backgroundColor: 'var(--accent)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text-1)',
    border: '1px solid var(--line-2)',
    borderRadius: '7px',
    boxShadow: 'var(--shadow-2)',
    overflow: 'hidden',
    fontFamily: 'var(--font-ui)',
  },
  '.cm-tooltip-autocomplete ul li': { padding: '3px 10px', fontFamily: 'var(--font-code)', fontSize: '12.5px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--selected)', color: 'var(--text-1)' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-diagnostic': { padding: '6px 10px', fontSize: '12.5px', borderLeft: 'none' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)', borderRadius: '6px', padding: '2px 8px' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad-mark)', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warn-mark)', textUnderlineOffset: '3px' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text-1)' },
  '.cm-panels input, .cm-panels button': { font: 'inherit' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft) !important' },
  '.sql-keyword': { color: 'var(--accent-text)', fontWeight: '550' },
  '.sql-type, .sql-function': { color: 'var(--save)' },
  '.sql-string': { color: 'var(--ok)' },
  '.sql-number': { color: 'var(--exc)' },
  '.sql-comment': { color: 'var(--text-3)', fontStyle: 'italic' },
  '.sql-error': { color: 'var(--bad)' },
});

export function sqlColours(): Extension {
  return [tokens, painter, theme];
}
