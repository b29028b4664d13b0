/** A preview as an answer: one event a line (`application/x-ndjson`), as they come. A client that goes away ends its preview. */
import type { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import type { PreviewEvent, previewSqlSchema } from '../contract/preview.ts';
import type { ConsoleContext } from '../services/context.ts';
import { previewSql } from '../services/preview-sql.ts';

export async function streamPreview(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof previewSqlSchema>,
  request: Request,
): Promise<Response> {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let isOpen = true;
  const early: PreviewEvent[] = [];
  const emit = (event: PreviewEvent): void => {
    if (!isOpen) return;
    if (!controller) {
      early.push(event);
      return;
    }
    controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
    if (event.type !== 'end') return;
    isOpen = false;
    controller.close();
  };
  const preview = await previewSql(context, call, input, emit);
  const leave = (): void => {
    isOpen = false;
    preview.stop();
  };
  request.signal.addEventListener('abort', leave);
  const body = new ReadableStream<Uint8Array>({
    start: (made) => {
      controller = made;
      for (const event of early) emit(event);
    },
    cancel: leave,
  });
  return new Response(body, {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
