/** Types of the dictionaries: English decides the keys, every other language must have all of them. */
import type { en } from './en.ts';
import type { MessageParams } from './message.ts';

export type Messages = typeof en;
export type MessageKey = keyof Messages;
export type Dictionary = { readonly [K in MessageKey]: string };
/** Keys whose text has no places: they can be passed around as values. */
export type PlainKey = { [K in MessageKey]: MessageParams<Messages[K]> extends undefined ? K : never }[MessageKey];
