/** Lists of scripts of the corpus that are judged otherwise than "as Flink": one id a line, `#` begins a comment. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function scriptsIn(list: 'not-supported.txt' | 'differs.txt'): ReadonlySet<string> {
  const text = readFileSync(join(dirname(fileURLToPath(import.meta.url)), list), 'utf8');
  const ids = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return new Set(ids.filter((id) => id !== ''));
}
