/** Types of the dictionaries: English decides the keys, every other language must have all of them. */
import type { en } from './en.ts';

export type Messages = typeof en;
export type MessageKey = keyof Messages;
export type Dictionary = { readonly [K in MessageKey]: string };
