'use client';
/** Picks a version of a package for an option that names a file: a menu with every package of the fitting types, newest version first. */
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Package as PackageIcon } from 'lucide-react';
import type { JobOptionName } from '../../server/contract/job-options.ts';
import type { PackageKind } from '../../server/contract/packages.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';

/** Options that name files of packages, with the types that fit. */
export const PACKAGE_FIELDS: Partial<Record<JobOptionName, readonly PackageKind[]>> = {
  entrypoint: ['jar', 'pyfile'],
  udfJarUrl: ['jar'],
  dependencyJars: ['jar'],
  dependencyFiles: ['file', 'pyfile', 'jar'],
};

const SHOWN = 100;

export function PackagePicker({ label, kinds, onPick }: { label: string; kinds: readonly PackageKind[]; onPick(path: string): void }) {
  const { t } = useI18n();
  const query = { pageSize: SHOWN };
  const { data } = useQuery({ ...routeQuery('listPackages', keys.packages(query), { query }), staleTime: 30_000 });
  const fitting = (data?.items ?? []).filter((one) => kinds.includes(one.kind));
  const entries: MenuEntry[] = fitting.flatMap((one) =>
    one.versions
      .filter((version) => version.status === 'finished')
      .map((version) => ({
        key: version.id,
        label: `${one.group === '' ? '' : `${one.group}/`}${one.name}`,
        hint: `${t('pkg.version')} ${version.number}`,
        onSelect: () => onPick(version.path),
      })),
  );
  return (
    <Menu
      trigger={
        <Button
          look="link"
          size="sm"
          className="h-auto! gap-1! py-0! text-hint!"
          icon={<PackageIcon size={13} aria-hidden="true" />}
          aria-label={t('act.of', { act: t('pkg.pick'), name: label })}
        >
          {t('pkg.pick')}
          <ChevronDown size={13} aria-hidden="true" />
        </Button>
      }
      minWidth={260}
      entries={entries.length === 0 ? [{ kind: 'heading', key: 'none', label: t('pkg.pickNone') }] : entries}
    />
  );
}
