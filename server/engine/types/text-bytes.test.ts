import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, halfAt, replaceHalves, textBytes, toUtf8 } from './text-bytes.ts';

const HIGH = '\ud83d';
const LOW = '\ude00';

describe('texts as bytes', () => {
  it('keep every text of UTF-16 units, and are UTF-8 where that can be', () => {
    const units = fc.array(fc.constantFrom('a', 'é', '流', '\ud7ff', '\ue000', '\ufffd', HIGH, LOW, HIGH + LOW), { maxLength: 12 });
    fc.assert(
      fc.property(units, (parts) => {
        const text = parts.join('');
        const bytes = textBytes(text);
        const target = new Uint8Array(text.length * 3 + 2);
        expect(encodeText(text, target)).toBe(bytes.length);
        expect(Buffer.from(target.subarray(0, bytes.length)).equals(bytes)).toBe(true);
        expect(decodeText(bytes, 0, bytes.length)).toBe(text);
        expect(halfAt(bytes, 0, bytes.length) < 0).toBe(text.isWellFormed());
        if (text.isWellFormed()) expect(Buffer.from(bytes).toString()).toBe(text);
        const end = replaceHalves(bytes, 0, bytes.length);
        expect(Buffer.from(bytes.subarray(0, end)).toString()).toBe(toUtf8(text));
      }),
    );
  });

  it('have ? for each half where Java makes bytes of a string', () => {
    expect(toUtf8(`${HIGH}${HIGH}${LOW}x${LOW}`)).toBe(`?${HIGH}${LOW}x?`);
  });
});
