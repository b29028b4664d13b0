/** The English text of a schema's message, by its code; `saidOfField` (recognise.ts) finds the code again. */
import { FIELDS } from './said/fields.ts';

/** Messages without a place. */
type Fixed = { [C in keyof typeof FIELDS]: (typeof FIELDS)[C] extends `${string}{${string}` ? never : C }[keyof typeof FIELDS];

export const worded = (code: Fixed): string => FIELDS[code];
