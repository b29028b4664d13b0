/** Sentences in rows: the English text in its column, the codes as JSON in the column beside it. */
import { recognise } from '../contract/recognise.ts';
import { inEnglish, isSaid, type Said, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';

export const saidJson = (told: Told): string => JSON.stringify(listOf(told));

/** `text` and its codes as two columns. */
export const toldColumns = (told: Told): { readonly text: string; readonly saidJson: string } => ({
  text: inEnglish(told),
  saidJson: saidJson(told),
});

/** The codes of a row; a row of an older version, or with a code of a newer one, is known by its text only. */
export function saidOf(json: string, text: string | null): Said[] {
  const stored = JSON.parse(json) as unknown[];
  if (stored.length > 0 && stored.every(isSaid)) return stored;
  return text === null || text === '' ? [] : [recognise(text)];
}
