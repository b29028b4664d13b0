/** A region that scrolls and can be reached by keyboard; it has a name. */
import type { ReactNode, Ref } from 'react';

export function ScrollRegion({
  label,
  className,
  onScroll,
  ref,
  children,
}: {
  label: string;
  className: string;
  onScroll?(): void;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <section ref={ref} tabIndex={0} aria-label={label} onScroll={onScroll} className={className}>
      {children}
    </section>
  );
}
