/** What a channel is told: firings and recoveries that came close together, as one message. */
import { z } from 'zod';

export const noticeItemSchema = z.strictObject({
  alarmId: z.string(),
  transition: z.enum(['fired', 'recovered', 'test']),
  ruleName: z.string(),
  severity: z.enum(['critical', 'warning']),
  jobId: z.int().nullable(),
  jobName: z.string(),
  text: z.string(),
  atMs: z.int(),
});
export type NoticeItem = z.infer<typeof noticeItemSchema>;

export interface Notice {
  /** Of the delivery: the same at every try, so that a receiver can drop what it has. */
  readonly id: string;
  readonly items: readonly NoticeItem[];
}

const MARKS = { fired: 'FIRING', recovered: 'RECOVERED', test: 'TEST' } as const;
const LINES_MOST = 50;

export function subjectOf({ items }: Notice): string {
  const [first] = items;
  if (items.length === 1 && first) return `[Tidemark] ${MARKS[first.transition]}: ${first.jobName}, ${first.ruleName}`.slice(0, 200);
  const fired = items.filter((item) => item.transition === 'fired').length;
  return `[Tidemark] ${fired} firing, ${items.length - fired} recovered`;
}

export function textOf({ items }: Notice): string {
  const lines = items.slice(0, LINES_MOST).map((item) => {
    const at = new Date(item.atMs).toISOString().slice(0, 19).replace('T', ' ');
    return `${MARKS[item.transition]} (${item.severity}) ${item.jobName}: ${item.ruleName}. ${item.text} [${at} UTC]`;
  });
  if (items.length > LINES_MOST) lines.push(`… and ${items.length - LINES_MOST} more`);
  return lines.join('\n');
}
