/** A long name on one line, cut in the middle: what tells names apart often stands at their end. The full text is there for readers and on hover. */
import { cx } from './class-names.ts';

const TAIL = 14;

export function MiddleCut({ text, className }: { text: string; className?: string }) {
  const at = text.length > 2 * TAIL ? text.length - TAIL : text.length;
  return (
    <span className={cx('flex min-w-0', className)} title={text}>
      <span className="truncate">{text.slice(0, at)}</span>
      {at < text.length ? <span className="shrink-0 whitespace-pre">{text.slice(at)}</span> : null}
    </span>
  );
}
