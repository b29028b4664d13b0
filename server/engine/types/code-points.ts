/** Text measured in Unicode code points, as SQL counts characters. */

export function codePointLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) if (isPairAt(text, i)) length--;
  return length;
}

export function firstCodePoints(text: string, count: number): string {
  return text.slice(0, offsetByCodePoints(text, 0, count));
}

/** UTF-16 offset after `count` code points from UTF-16 offset `from`. */
export function offsetByCodePoints(text: string, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0 && at < text.length; left--) at += isPairAt(text, at) ? 2 : 1;
  return at;
}

function isPairAt(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(index + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
