/** What the server said, in the viewer's language; its English text where it gives no code, or one that this page does not know. */
import { ended, fillTemplate, listOf, type Sentence } from '../../server/contract/sentence.ts';
import type { Dictionary, MessageKey } from './dictionary.ts';
import type { Format } from './format.ts';

/** `text`: the English sentence, shown when nothing was said by code. */
export type Teller = (said: Sentence | null | undefined | readonly Sentence[], text: string) => string;

/** Chinese sentences stand without a space between them, but where two of other people's words would run together. */
function joined(parts: readonly string[], locale: string): string {
  if (locale !== 'zh') return parts.join(' ');
  return parts.reduce((text, part) => (/[\x20-\x7e]$/.test(text) && /^[\x20-\x7e]/.test(part) ? `${text} ${part}` : text + part), '');
}

export function makeTeller(dictionary: Dictionary, f: Format, locale: string): Teller {
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
