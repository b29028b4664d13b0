'use client';
/** Asks before a package or a version of it goes: it cannot be brought back. */
import type { Package } from '../../server/contract/packages.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ConfirmDelete } from '../job/confirm-delete.tsx';

export interface Deleting {
  readonly of: Package;
  /** Null = all of it. */
  readonly number: number | null;
}

export function DeletePackage({ deleting: { of, number }, onClose }: { deleting: Deleting; onClose(): void }) {
  const { t } = useI18n();
  const name = number === null ? of.name : `${of.name} ${number}`;
  return (
    <ConfirmDelete
      title={t('pkg.deleteTitle', { name })}
      note={number === null ? t('pkg.deleteText') : t('pkg.deleteVersionText', { n: number })}
      deleted={t('pkg.deleted', { name })}
      queryKey={['packages']}
      remove={() =>
        number === null ? call('deletePackage', { params: { id: of.id } }) : call('deletePackageVersion', { params: { id: of.id, number } })
      }
      onClose={onClose}
    />
  );
}
