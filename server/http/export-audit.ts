/** The audit log as a file, streamed portion by portion: CSV (RFC 4180) or JSON lines. A cell that a spreadsheet would take for a formula begins with '. */
import type { z } from 'zod';
import type { AuditEntry, exportAuditQuerySchema } from '../contract/administration.ts';
import type { ConsoleContext } from '../services/context.ts';
import { allAudit } from '../services/list-audit.ts';

const COLUMNS = [
  'id',
  'at',
  'who',
  'action',
  'objectType',
  'objectId',
  'objectName',
  'from',
  'via',
  'result',
  'message',
  'before',
  'after',
  'requestId',
] as const satisfies readonly (keyof AuditEntry)[];

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvLine = (entry: AuditEntry): string =>
  `${COLUMNS.map((name) => cell(name === 'at' ? new Date(entry.at).toISOString() : entry[name])).join(',')}\r\n`;
const jsonLine = (entry: AuditEntry): string => `${JSON.stringify({ ...entry, at: new Date(entry.at).toISOString() })}\n`;

export function exportAudit(context: ConsoleContext, query: z.output<typeof exportAuditQuerySchema>): Response {
  const isCsv = query.format === 'csv';
  const portions = allAudit(context, query);
  const encoder = new TextEncoder();
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await portions.next();
      const head = isFirst && isCsv ? `${COLUMNS.join(',')}\r\n` : '';
      isFirst = false;
      const text = head + (done ? '' : value.map(isCsv ? csvLine : jsonLine).join(''));
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (done) controller.close();
    },
    async cancel() {
      await portions.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="audit.${isCsv ? 'csv' : 'jsonl'}"`,
    },
  });
}
