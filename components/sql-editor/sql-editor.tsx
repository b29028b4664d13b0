'use client';
/**
 * SQL editor: CodeMirror with colours, completion and marks from the engine's own parser. Esc then Tab leaves it. The caller holds the text; the
 * handle goes to a place or replaces a span.
 */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { SqlMark } from '../../server/contract/check.ts';
import { useI18n } from '../i18n/provider.tsx';
import type { Teller } from '../i18n/said.ts';
import { changedBars, setSaved } from './changed-lines.ts';
import { sqlColours } from './colouring.ts';
import { type ConnectionNames, sqlCompletion, type VariableValues } from './completion.ts';

export interface EditorHandle {
  goTo(from: number, to: number): void;
  replace(from: number, to: number, text: string): void;
  setText(text: string): void;
  /** Puts a statement where the cursor stands on an empty line, else at the top of the script, and shows it. */
  insert(statement: string): void;
  focus(): void;
}

function insertStatement(view: EditorView, statement: string): void {
  const line = view.state.doc.lineAt(view.state.selection.main.head);
  const from = line.text.trim() === '' ? line.from : 0;
  const insert = from === 0 ? `${statement}\n` : statement;
  view.dispatch({
    changes: { from, to: from === 0 ? 0 : line.to, insert },
    selection: { anchor: from + insert.length },
    effects: EditorView.scrollIntoView(from, { y: 'start' }),
  });
  view.focus();
}

export interface SqlEditorProps {
  value: string;
  saved: string;
  label: string;
  readOnly?: boolean;
  wrap?: boolean;
  marks?: readonly SqlMark[];
  connections?: ConnectionNames;
  variables?: VariableValues;
  onChange?(text: string): void;
  onCursor?(line: number, column: number): void;
  onSave?(): void;
  onStart?(): void;
  onFix?(): void;
  handle?: Ref<EditorHandle>;
}

function diagnosticsOf(marks: readonly SqlMark[], length: number, said: Teller): Diagnostic[] {
  return marks.map((mark) => {
    const from = Math.min(mark.from, length);
    const replacement = mark.replacement;
    return {
      from,
      to: Math.min(Math.max(mark.to, from), length),
      severity: mark.severity,
      message: said(mark.said, mark.message),
      ...(replacement === null
        ? {}
        : {
            actions: [
              {
                name: replacement,
                apply: (view: EditorView, start: number, end: number) =>
                  view.dispatch({ changes: { from: start, to: end, insert: replacement } }),
              },
            ],
          }),
    };
  });
}

/** Everything that does not change while the editor lives. `call` is looked up at the time of the event. */
function extensions(label: string, call: () => SqlEditorProps) {
  const run = (use: (props: SqlEditorProps) => void) => () => {
    use(call());
    return true;
  };
  return [
    lintGutter(),
    lineNumbers(),
    changedBars(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    history(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    sqlColours(),
    sqlCompletion(
      (connector) => call().connections?.(connector) ?? [],
      () => call().variables?.() ?? {},
    ),
    keymap.of([
      { key: 'Mod-s', run: run((props) => props.onSave?.()) },
      { key: 'Mod-Enter', run: run((props) => props.onStart?.()) },
      { key: 'Mod-.', run: run((props) => props.onFix?.()) },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) call().onChange?.(update.state.doc.toString());
      if (update.docChanged || update.selectionSet) {
        const head = update.state.selection.main.head;
        const line = update.state.doc.lineAt(head);
        call().onCursor?.(line.number, head - line.from + 1);
      }
    }),
  ];
}

export function SqlEditor(props: SqlEditorProps) {
  const { said } = useI18n();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const changing = useRef(new Compartment());
  const { value, saved, label, readOnly = false, wrap = false, marks, handle } = props;

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [changing.current.of([]), ...extensions(label, () => latest.current)],
      }),
    });
    editor.dispatch({ effects: setSaved.of(latest.current.saved) });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => view.current?.dispatch({ effects: setSaved.of(saved) }), [saved]);
  useEffect(() => {
    view.current?.dispatch({
      effects: changing.current.reconfigure([
        EditorState.readOnly.of(readOnly),
        EditorView.editable.of(true),
        ...(wrap ? [EditorView.lineWrapping] : []),
      ]),
    });
  }, [readOnly, wrap]);
  useEffect(() => {
    const editor = view.current;
    if (editor && marks) editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(marks, editor.state.doc.length, said)));
  }, [marks, said]);

  useImperativeHandle(handle, () => ({
    goTo: (from, to) => {
      view.current?.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.current?.focus();
    },
    replace: (from, to, text) => view.current?.dispatch({ changes: { from, to, insert: text } }),
    setText: (text) => view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } }),
    insert: (statement) => view.current && insertStatement(view.current, statement),
    focus: () => view.current?.focus(),
  }));
  return <div ref={host} className="h-full min-h-0 overflow-hidden" />;
}
