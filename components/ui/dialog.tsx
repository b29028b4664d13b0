'use client';
/**
 * Dialog (centre; full screen on a phone) and side sheet. Head and foot stay, the middle scrolls. Escape and the close button mean Cancel.
 */
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useRef } from 'react';
import { cx } from './class-names.ts';

const FIELD = 'input:not([type=hidden], :disabled), textarea:not(:disabled), [role=combobox]';

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: ReactNode;
  /** One line under the title. */
  subtitle?: ReactNode;
  mark?: ReactNode;
  children: ReactNode;
  footNote?: ReactNode;
  actions?: ReactNode;
  width?: number;
  closeLabel: string;
  /** Else the first field of the body, and where there is none the first that takes the focus. */
  initialFocus?: RefObject<HTMLElement | null>;
  bodyClass?: string;
  /** Hangs from the top of the window: a body that grows or shrinks while it is read then moves nothing above it. */
  hangs?: boolean;
}

export function Dialog({
  open,
  onClose,
  title,
  subtitle,
  mark,
  children,
  footNote,
  actions,
  width = 560,
  closeLabel,
  initialFocus,
  bodyClass,
  hangs = false,
}: DialogProps) {
  const body = useRef<HTMLDivElement>(null);
  // Whoever opens a form wants to write; on glass the keyboard would hide what is to be read first.
  const firstField = (by: string) => (by === 'touch' ? true : (body.current?.querySelector<HTMLElement>(FIELD) ?? true));
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fade-in fixed inset-0 z-50 bg-scrim" />
        <Base.Viewport className={cx('fixed inset-0 z-50 flex justify-center p-6 max-md:p-0', hangs ? 'items-start' : 'items-center')}>
          <Base.Popup
            initialFocus={initialFocus ?? firstField}
            style={{ maxWidth: width }}
            className="dialog-in flex max-h-[calc(100dvh-48px)] w-full flex-col overflow-hidden rounded-dialog bg-raised shadow-3 outline-none max-md:h-dvh max-md:max-h-dvh max-md:max-w-none! max-md:rounded-none"
          >
            <div className="flex shrink-0 items-start gap-3 px-[22px] pt-5 pb-3">
              {mark ? <div className="grid size-9 shrink-0 place-items-center rounded-ctl bg-off-soft">{mark}</div> : null}
              <div className="min-w-0 grow">
                <Base.Title className="tight text-dialog font-semibold">{title}</Base.Title>
                {subtitle ? <div className="mt-0.5 text-ctl text-text-2">{subtitle}</div> : null}
              </div>
              <Base.Close
                aria-label={closeLabel}
                className="-mt-1 -mr-1.5 grid size-8 place-items-center rounded-ctl text-text-2 hover:bg-hover"
              >
                <X size={16} aria-hidden="true" />
              </Base.Close>
            </div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
            <div ref={body} tabIndex={0} className={cx('grow overflow-y-auto px-[22px] pb-5 outline-none', bodyClass)}>
              {children}
            </div>
            {actions ? (
              <div className="flex shrink-0 flex-wrap items-center justify-end gap-2 border-t border-line-1 bg-canvas px-[22px] py-3">
                <div className="mr-auto min-w-0 text-second text-text-3">{footNote}</div>
                {actions}
              </div>
            ) : null}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** A panel from the right side; used for results and for the side bar on small screens (`side="left"`). */
export function Sheet({
  open,
  onClose,
  title,
  children,
  closeLabel,
  side = 'right',
  width = 420,
}: {
  open: boolean;
  onClose(): void;
  title: ReactNode;
  children: ReactNode;
  closeLabel: string;
  side?: 'left' | 'right';
  width?: number;
}) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fade-in fixed inset-0 z-30 bg-scrim" />
        <Base.Popup
          style={{ width }}
          className={cx(
            'fixed inset-y-0 z-30 flex max-w-[92vw] flex-col bg-raised shadow-3 outline-none',
            side === 'right' ? 'sheet-in right-0' : 'drawer-in left-0',
          )}
        >
          <div className="flex items-center gap-3 px-5 py-4">
            <Base.Title className="grow text-dialog font-semibold">{title}</Base.Title>
            <Base.Close aria-label={closeLabel} className="grid size-8 place-items-center rounded-ctl text-text-2 hover:bg-hover">
              <X size={16} aria-hidden="true" />
            </Base.Close>
          </div>
          <div className="grow overflow-y-auto px-5 pb-5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
