/**
 * Joins texts that each are one or more sentences. A text of somebody else (an error of a library, of a row that cannot be computed) often ends
 * without a full stop; what follows it must not run into it.
 */

const ENDED = /[.!?…。！？][)\]"'”’」]*$/;

/** `Division by zero (/ by zero)` + `It would fail again.` -> `Division by zero (/ by zero). It would fail again.` Empty texts are left out. */
export function sentences(...texts: readonly string[]): string {
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => (ENDED.test(text) ? text : `${text.replace(/[,;:]+$/, '')}.`))
    .join(' ');
}
