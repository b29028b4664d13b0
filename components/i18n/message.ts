/**
 * Message templates. `{name}` is replaced by a value; `{n:job|jobs}` picks the first word for 1 and the second otherwise (of the value
 * `n`, which it does not print). The parameter names of a template are known to the type checker, so that a call that forgets one is a type error.
 */
import { fillTemplate } from '../../server/contract/sentence.ts';

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}:${string}` ? Name : Inner) | Names<Rest>
  : never;

export type MessageParams<S extends string> = [Names<S>] extends [never] ? undefined : { readonly [K in Names<S>]: string | number };

const PLACE = /\{([a-zA-Z]+)(?::([^|{}]*)\|([^{}]*))?\}/g;

/** Fills a template. A number is printed by `number` (locale's grouping). */
export function fillMessage(
  template: string,
  params: Readonly<Record<string, string | number>> | undefined,
  number: (n: number, name: string) => string,
): string {
  return params ? fillTemplate(template, params, { number }) : template;
}

/** The names of a template's places, sorted, for the completeness test. */
export function placeNames(template: string): string[] {
  return [...new Set([...template.matchAll(PLACE)].map((match) => match[1]!))].sort();
}
