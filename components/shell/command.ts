/** Splits what was typed into the palette into a verb and the rest: `stop ord`, `停止 ord`. */
import type { JobAct } from '../../server/contract/job.ts';

const VERBS: readonly { act: Extract<JobAct, 'start' | 'stop' | 'trigger-savepoint' | 'edit'>; words: readonly string[] }[] = [
  { act: 'start', words: ['start', '启动'] },
  { act: 'stop', words: ['stop', '停止'] },
  { act: 'trigger-savepoint', words: ['savepoint', 'save', '保存点', '触发'] },
  { act: 'edit', words: ['edit', '编辑'] },
];

export function splitCommand(text: string): { act: (typeof VERBS)[number]['act'] | null; rest: string } {
  const trimmed = text.trim();
  for (const verb of VERBS) {
    for (const word of verb.words) {
      if (trimmed.toLowerCase() === word) return { act: verb.act, rest: '' };
      if (trimmed.toLowerCase().startsWith(`${word} `)) return { act: verb.act, rest: trimmed.slice(word.length + 1).trim() };
    }
  }
  return { act: null, rest: trimmed };
}
