import { describe, expect, it } from 'vitest';
import type { RuntimeKey } from '../../server/contract/runtime-keys.ts';
import { keyAt, proposalsAt, withKey, withProposal } from './runtime-completion.ts';

const key = (name: string, part: Partial<RuntimeKey> = {}): RuntimeKey => ({
  key: name,
  takes: 'text',
  choices: [],
  hasEffect: true,
  overrides: null,
  ...part,
});
const KEYS = [
  key('execution.checkpointing.mode', { takes: 'choice', choices: ['EXACTLY_ONCE', 'AT_LEAST_ONCE'] }),
  key('execution.checkpointing.interval', { takes: 'duration' }),
  key('execution.checkpointing.unaligned', { hasEffect: false }),
  key('pipeline.name'),
];

describe('completion of runtime configuration', () => {
  it('proposes keys of the line of the caret, those with an effect first', () => {
    const text = 'pipeline.name=a\nexecution.ch\n# x';
    const caret = text.indexOf('\n# x');
    const proposals = proposalsAt(text, caret, KEYS);
    expect(proposals.items).toEqual([
      'execution.checkpointing.interval',
      'execution.checkpointing.mode',
      'execution.checkpointing.unaligned',
    ]);
    const taken = withProposal(text, proposals, 'execution.checkpointing.mode');
    expect(taken.text).toBe('pipeline.name=a\nexecution.checkpointing.mode=\n# x');
    expect(taken.text.slice(0, taken.caret).endsWith('mode=')).toBe(true);
    expect(proposalsAt(text, text.length, KEYS).items).toEqual([]);
  });

  it('proposes the values of a key behind its =, and puts one in the place of what is there', () => {
    const text = 'execution.checkpointing.mode=x\npipeline.name=';
    const caret = text.indexOf('\n');
    const proposals = proposalsAt(text, caret, KEYS);
    expect(proposals.items).toEqual(['EXACTLY_ONCE', 'AT_LEAST_ONCE']);
    expect(withProposal(text, proposals, 'AT_LEAST_ONCE').text).toBe('execution.checkpointing.mode=AT_LEAST_ONCE\npipeline.name=');
    expect(proposalsAt(text, text.length, KEYS).items).toEqual([]);
    expect(keyAt(text, text.length, KEYS)?.key).toBe('pipeline.name');
  });

  it('changes a key and leaves its value', () => {
    const text = 'a=1\npipelin.name=x=y';
    expect(withKey(text, 2, 'pipeline.name')).toBe('a=1\npipeline.name=x=y');
    const proposals = proposalsAt(text, 6, KEYS);
    expect(withProposal('a=1\npipe=x', proposalsAt('a=1\npipe=x', 8, KEYS), 'pipeline.name')).toEqual({
      text: 'a=1\npipeline.name=x',
      caret: 'a=1\npipeline.name='.length,
    });
    expect(proposals.items).toEqual([]);
  });
});
