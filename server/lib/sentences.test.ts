import { describe, expect, it } from 'vitest';
import { sentences } from './sentences.ts';

describe('sentences', () => {
  it.each([
    [
      ['Division by zero: the right operand of / or % is 0 (/ by zero)', 'It would fail again.'],
      'Division by zero: the right operand of / or % is 0 (/ by zero). It would fail again.',
    ],
    [['It did not answer.', 'Nothing was started.'], 'It did not answer. Nothing was started.'],
    [['connect ECONNREFUSED 127.0.0.1:1'], 'connect ECONNREFUSED 127.0.0.1:1.'],
    [["It says 'no such table.'", '', '  Nothing was started  '], "It says 'no such table.' Nothing was started."],
    [['Is it there?', '没有快照。', 'Wait…'], 'Is it there? 没有快照。 Wait…'],
    [[''], ''],
  ])('%j', (texts, joined) => expect(sentences(...texts)).toBe(joined));
});
