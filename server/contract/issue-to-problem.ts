/** Issues of a schema as problems of fields, by code: the schemas' own texts (worded.ts), and what zod finds by itself. */
import type { z } from 'zod';
import type { FieldProblem } from './field-problem.ts';
import { saidOfField } from './recognise.ts';
import { inEnglish, type Said, say } from './said.ts';

/** Zod's own sentence when the schema gives none; then the code of the issue says more than its words. */
const OF_ZOD = /^(Invalid |Too (small|big)|Unrecognized key)/;

export function fieldProblemOf(issue: z.core.$ZodIssue, place = ''): FieldProblem & { readonly said: Said[] } {
  const said = OF_ZOD.test(issue.message) ? saidOfIssue(issue) : saidOfField(issue.message);
  return { path: [place, ...issue.path].filter((part) => part !== '').join('.'), message: inEnglish(said), said: [said] };
}

function saidOfIssue(issue: z.core.$ZodIssue): Said {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && /received undefined/.test(issue.message)
        ? say('said.field.missing')
        : say('said.field.type', { type: issue.expected });
    case 'unrecognized_keys':
      return say('said.field.unknown', { names: issue.keys.join(', ') });
    case 'invalid_value':
      return say('said.field.oneOf', { names: issue.values.map(String).join(', ') });
    case 'invalid_format':
      return say('said.field.format', { format: issue.format });
    case 'too_small':
      if (issue.origin === 'string') return say('said.field.short', { n: Number(issue.minimum) });
      if (issue.origin === 'array') return say('said.field.few', { n: Number(issue.minimum) });
      return issue.inclusive === false
        ? say('said.field.lowOpen', { least: Number(issue.minimum) })
        : say('said.field.low', { least: Number(issue.minimum) });
    case 'too_big':
      if (issue.origin === 'string') return say('said.field.long', { n: Number(issue.maximum) });
      if (issue.origin === 'array') return say('said.field.many', { n: Number(issue.maximum) });
      return say('said.field.high', { most: Number(issue.maximum) });
    default:
      return say('said.text', { text: issue.message });
  }
}
