/** What the server said, in the viewer's language; its English text where it gives no code, or one that this page does not know. */
import { ended, fillTemplate, joined, listOf, type Sentence } from '../../server/contract/sentence.ts';
import type { Dictionary, MessageKey } from './dictionary.ts';
import type { Format } from './format.ts';
import type { Locale } from './locale.ts';

/** `text`: the English sentence, shown when nothing was said by code. */
export type Teller = (said: Sentence | null | undefined | readonly Sentence[], text: string) => string;

export function makeTeller(dictionary: Dictionary, f: Format, locale: Locale): Teller {
  const number = (n: number, name: string) => (name.endsWith('Ms') ? f.spanWords(n) : name.endsWith('Span') ? f.span(n) : f.full(n));
  const one = ({ code, values }: Sentence): string => fillTemplate(dictionary[code as MessageKey], values, { number, said: all });
  const all = (sentences: readonly Sentence[]): string =>
    sentences.length === 1
      ? one(sentences[0] as Sentence)
      : joined(
          sentences.map((each) => ended(one(each))),
          locale,
        );
  const isKnown = ({ code, values }: Sentence): boolean =>
    Object.hasOwn(dictionary, code) && Object.values(values).every((value) => typeof value !== 'object' || listOf(value).every(isKnown));
  return (said, text) => {
    const sentences = said === null || said === undefined ? [] : listOf(said);
    return sentences.length === 0 || !sentences.every(isKnown) ? text : all(sentences);
  };
}
