'use client';
/** Tooltip on hover and focus, and a popover card for richer, clickable content. */
import { Popover as BasePopover } from '@base-ui/react/popover';
import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

export const TooltipProvider = Base.Provider;

export function Tooltip({
  content,
  children,
  side = 'top',
}: {
  content: ReactNode;
  children: ReactElement;
  side?: 'top' | 'bottom' | 'right';
}) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={250} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} side={side} className="z-40">
          <Base.Popup className="pop-in max-w-[360px] rounded-ctl bg-raised px-2.5 py-1.5 text-second text-text-1 shadow-2">
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function Popover({
  trigger,
  children,
  label,
  align = 'start',
  openOnHover = false,
  width = 320,
}: {
  trigger: ReactElement;
  children: ReactNode;
  label: string;
  align?: 'start' | 'end' | 'center';
  openOnHover?: boolean;
  width?: number;
}) {
  return (
    <BasePopover.Root>
      <BasePopover.Trigger render={trigger} openOnHover={openOnHover} delay={200} closeDelay={150} />
      <BasePopover.Portal>
        <BasePopover.Positioner align={align} sideOffset={6} className="z-40">
          <BasePopover.Popup
            aria-label={label}
            style={{ width }}
            className="pop-in max-w-[92vw] rounded-card bg-raised p-4 shadow-2 outline-none"
          >
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
