'use client';
/** Asks once before something is deleted that cannot be brought back. The first focus is on Cancel's side; the button names the act. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export function Confirm({
  title,
  children,
  act,
  cancel,
  close,
  busy,
  onConfirm,
  onClose,
}: {
  title: string;
  children: ReactNode;
  /** Word on the button. */
  act: string;
  cancel: string;
  close: string;
  busy: boolean;
  onConfirm(): void;
  onClose(): void;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      closeLabel={close}
      width={440}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            {act}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
