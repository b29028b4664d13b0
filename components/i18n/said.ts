/** What the server said, in the viewer's language; its English text where it gives no code. */
import type { Said } from '../../server/contract/said.ts';
import type { Translate } from './provider.tsx';

type Given = { code: Said['code']; values: Record<string, string | number> };

/** `text`: the English sentence, shown when nothing was said by code. Chinese sentences stand without a space between them. */
export function saidText(said: Given | null | readonly Given[], text: string, t: Translate, locale: string): string {
  const all = said === null ? [] : Array.isArray(said) ? (said as readonly Given[]) : [said as Given];
  if (all.length === 0) return text;
  return all.map((one) => (t as (key: string, values: Given['values']) => string)(one.code, one.values)).join(locale === 'zh' ? '' : ' ');
}
