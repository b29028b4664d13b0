/** What a channel is told: firings and recoveries that came close together, as one message, in the channel's language, each with a link to its job. */
import { z } from 'zod';
import { saidSchema, toldSchema } from '../contract/primitives.ts';
import { isSaid, type Said, say } from '../contract/said.ts';
import { type Language, toldIn } from '../contract/told-in.ts';

/** `text` and `ruleName` are English; beside them are the codes, which a notice written by an older version lacks. */
export const noticeItemSchema = z.strictObject({
  alarmId: z.string(),
  transition: z.enum(['fired', 'recovered', 'test']),
  ruleName: z.string(),
  /** Null: the name is its maker's. */
  ruleSaid: saidSchema.nullable().default(null),
  severity: z.enum(['critical', 'warning']),
  jobId: z.int().nullable(),
  jobName: z.string(),
  text: z.string(),
  said: toldSchema.default([]),
  atMs: z.int(),
});
export type NoticeItem = z.infer<typeof noticeItemSchema>;

export interface Notice {
  /** Of the delivery: the same at every try, so that a receiver can drop what it has. */
  readonly id: string;
  readonly items: readonly NoticeItem[];
  readonly language: Language;
  /** Origin under which people reach the console; empty = no links. */
  readonly publicUrl: string;
}

const MARKS = { fired: 'said.notice.fired', recovered: 'said.notice.recovered', test: 'said.notice.test' } as const;
const SEVERITIES = { critical: 'said.notice.critical', warning: 'said.notice.warning' } as const;
const LINES_MOST = 50;
const SUBJECT_MOST = 200;

const ruleOf = ({ ruleSaid, ruleName }: NoticeItem): Said => (isSaid(ruleSaid) ? ruleSaid : say('said.text', { text: ruleName }));

/** The page of the job; of a test, which has none, the page of alarms. Null while nobody said where the console is. */
export function linkOf({ jobId }: NoticeItem, publicUrl: string): string | null {
  return publicUrl === '' ? null : new URL(jobId === null ? '/alarms' : `/jobs/${jobId}`, publicUrl).href;
}

export function subjectOf({ items, language }: Notice): string {
  const [first] = items;
  if (items.length === 1 && first) {
    const values = { mark: say(MARKS[first.transition]), job: first.jobName, rule: ruleOf(first) };
    return toldIn(language, say('said.notice.subject', values)).slice(0, SUBJECT_MOST);
  }
  const fired = items.filter((item) => item.transition === 'fired').length;
  return toldIn(language, say('said.notice.subjectMany', { fired, recovered: items.length - fired }));
}

export function textOf({ items, language, publicUrl }: Notice): string {
  const lines = items.slice(0, LINES_MOST).flatMap((item) => {
    const said = item.said.filter(isSaid);
    const isKnown = said.length > 0 && said.length === item.said.length;
    const line = say('said.notice.line', {
      mark: say(MARKS[item.transition]),
      severity: say(SEVERITIES[item.severity]),
      job: item.jobName,
      rule: ruleOf(item),
      text: isKnown ? said : item.text,
      at: new Date(item.atMs).toISOString().slice(0, 19).replace('T', ' '),
    });
    const link = linkOf(item, publicUrl);
    return [toldIn(language, line), ...(link === null ? [] : [link])];
  });
  if (items.length > LINES_MOST) lines.push(toldIn(language, say('said.notice.more', { n: items.length - LINES_MOST })));
  return lines.join('\n');
}
