/** Which lines differ from the saved text: a bar in the gutter. Lines equal at both ends are left out; between them a line counts as unchanged when the saved text has it. */
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { GutterMarker, gutter } from '@codemirror/view';

/** 0-based indexes of changed lines. */
export function changedLines(saved: readonly string[], now: readonly string[]): Set<number> {
  let start = 0;
  while (start < saved.length && start < now.length && saved[start] === now[start]) start += 1;
  let end = 0;
  while (end < saved.length - start && end < now.length - start && saved[saved.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const rest = new Map<string, number>();
  for (const line of saved.slice(start, saved.length - end)) rest.set(line, (rest.get(line) ?? 0) + 1);
  const changed = new Set<number>();
  now.slice(start, now.length - end).forEach((line, index) => {
    const left = rest.get(line) ?? 0;
    if (left > 0) rest.set(line, left - 1);
    else changed.add(start + index);
  });
  return changed;
}

export const setSaved = StateEffect.define<string>();

interface Saved {
  lines: readonly string[];
  changed: ReadonlySet<number>;
}
const saved = StateField.define<Saved>({
  create: (state) => ({ lines: state.doc.toString().split('\n'), changed: new Set() }),
  update(value, transaction) {
    const effect = transaction.effects.find((one) => one.is(setSaved));
    const lines = effect ? (effect.value as string).split('\n') : value.lines;
    if (!effect && !transaction.docChanged) return value;
    return { lines, changed: changedLines(lines, transaction.newDoc.toString().split('\n')) };
  },
});

class Bar extends GutterMarker {
  override toDOM(): Node {
    const bar = document.createElement('div');
    bar.className = 'cm-changed-line';
    return bar;
  }
}
const BAR = new Bar();

export function changedBars(): Extension {
  return [
    saved,
    gutter({
      class: 'cm-changed',
      lineMarker: (view, line) => (view.state.field(saved).changed.has(view.state.doc.lineAt(line.from).number - 1) ? BAR : null),
      lineMarkerChange: (update) =>
        update.docChanged || update.transactions.some((one) => one.effects.some((effect) => effect.is(setSaved))),
    }),
  ];
}
