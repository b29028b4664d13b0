'use client';
/** Asks before a package or a version of it goes: it cannot be brought back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Package } from '../../server/contract/packages.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';

export interface Deleting {
  readonly of: Package;
  /** Null = all of it. */
  readonly number: number | null;
}

export function DeletePackage({ deleting: { of, number }, onClose }: { deleting: Deleting; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const cancel = useRef<HTMLButtonElement>(null);
  const name = number === null ? of.name : `${of.name} ${number}`;
  const remove = useMutation({
    mutationFn: () =>
      number === null ? call('deletePackage', { params: { id: of.id } }) : call('deletePackageVersion', { params: { id: of.id, number } }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['packages'] }),
    onSuccess: () => {
      toast({ title: t('pkg.deleted', { name }) });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('pkg.deleteTitle', { name })}
      closeLabel={t('common.close')}
      width={460}
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t('pkg.delete')}
          </Button>
        </>
      }
    >
      {remove.error ? <ErrorNotice error={remove.error} className="mb-3" /> : null}
      <p className="text-ctl">{number === null ? t('pkg.deleteText') : t('pkg.deleteVersionText', { n: number })}</p>
    </Dialog>
  );
}
