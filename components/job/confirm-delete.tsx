'use client';
/** Asks once before something is deleted that cannot be brought back. The first focus is on Cancel; a refusal stays in the dialog with its reason. */
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { ErrorNotice } from './error-notice.tsx';

export interface ConfirmDeleteProps {
  title: string;
  /** What goes with it. */
  note: string;
  /** Said when it is gone. */
  deleted: string;
  /** What shows it. */
  queryKey: QueryKey;
  remove(): Promise<unknown>;
  onClose(): void;
}

export function ConfirmDelete({ title, note, deleted, queryKey, remove, onClose }: ConfirmDeleteProps) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const cancel = useRef<HTMLButtonElement>(null);
  const removal = useMutation({
    mutationFn: remove,
    onSettled: () => void client.invalidateQueries({ queryKey }),
    onSuccess: () => {
      toast({ title: deleted });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      closeLabel={t('common.close')}
      width={460}
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" busy={removal.isPending} onClick={() => removal.mutate()}>
            {t('common.delete')}
          </Button>
        </>
      }
    >
      {removal.error ? <ErrorNotice error={removal.error} className="mb-3" /> : null}
      <p className="text-ctl">{note}</p>
    </Dialog>
  );
}
