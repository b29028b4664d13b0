/** Texts in the character sets that ENCODE and DECODE know: those that every Java has. */

const CHARSETS: Readonly<Record<string, string>> = {
  'US-ASCII': 'ascii',
  'ISO-8859-1': 'latin1',
  'UTF-8': 'utf8',
  'UTF-16LE': 'utf16le',
  'UTF-16BE': 'utf16be',
  'UTF-16': 'utf16',
};

function swapPairs(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    swapped[i] = bytes[i + 1];
    swapped[i + 1] = bytes[i];
  }
  return swapped;
}

/** null for a charset that Java does not have to know. */
export function encodeCharset(value: string, charset: string): Uint8Array | null {
  switch (CHARSETS[charset.toUpperCase()]) {
    case 'utf8':
      return new TextEncoder().encode(value);
    case 'utf16le':
      return new Uint8Array(Buffer.from(value, 'utf16le'));
    case 'utf16be':
      return swapPairs(Buffer.from(value, 'utf16le'));
    case 'utf16':
      return new Uint8Array([0xfe, 0xff, ...swapPairs(Buffer.from(value, 'utf16le'))]);
    case 'ascii':
      return Uint8Array.from(Array.from(value), (c) => ((c.codePointAt(0) as number) < 0x80 ? (c.codePointAt(0) as number) : 63));
    case 'latin1':
      return Uint8Array.from(Array.from(value), (c) => ((c.codePointAt(0) as number) < 0x100 ? (c.codePointAt(0) as number) : 63));
    default:
      return null;
  }
}

/** As above; bytes that are none of the charset become U+FFFD. */
export function decodeCharset(bytes: Uint8Array, charset: string): string | null {
  switch (CHARSETS[charset.toUpperCase()]) {
    case 'utf8':
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    case 'utf16le':
      return Buffer.from(bytes).toString('utf16le');
    case 'utf16be':
      return Buffer.from(swapPairs(bytes)).toString('utf16le');
    case 'utf16': {
      const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
      const body = isLittle || (bytes[0] === 0xfe && bytes[1] === 0xff) ? bytes.slice(2) : bytes;
      return Buffer.from(isLittle ? body : swapPairs(body)).toString('utf16le');
    }
    case 'ascii':
      return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '\ufffd')).join('');
    case 'latin1':
      return Buffer.from(bytes).toString('latin1');
    default:
      return null;
  }
}
