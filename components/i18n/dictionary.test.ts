import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { fillMessage, placeNames } from './message.ts';
import { zh } from './zh.ts';

const keys = Object.keys(en) as (keyof typeof en)[];

describe('dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  });

  it('use the same places in every language', () => {
    const different = keys.filter((key) => placeNames(zh[key]).some((name) => !placeNames(en[key]).includes(name)));
    expect(different).toEqual([]);
    const forgotten = keys.filter((key) => {
      const printed = [...en[key].matchAll(/\{([a-zA-Z]+)\}/g)].map((match) => match[1]!);
      return printed.some((name) => !placeNames(zh[key]).includes(name));
    });
    expect(forgotten).toEqual([]);
  });

  it('have no empty text, and no English left over in Chinese sentences', () => {
    expect(keys.filter((key) => zh[key].trim() === '' || en[key].trim() === '')).toEqual([]);
    const english = keys.filter((key) => en[key].split(' ').length > 4 && !/[\u4e00-\u9fff]/.test(zh[key]));
    expect(english).toEqual([]);
  });

  it('fill places and choose the word by number', () => {
    const number = (n: number) => n.toLocaleString('en-US');
    expect(fillMessage('{n} {n:job|jobs} of {total}', { n: 1, total: 41208 }, number)).toBe('1 job of 41,208');
    expect(fillMessage('{n} {n:job|jobs}', { n: 3 }, number)).toBe('3 jobs');
    expect(fillMessage('{missing} stays', {}, number)).toBe('{missing} stays');
  });
});
