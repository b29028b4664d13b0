'use client';
/** Snapshots over all jobs: the list, what they cost by job, files that no manifest names, and the rules by which they go. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useI18n } from '../i18n/provider.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { TabPanel, Tabs } from '../ui/tabs.tsx';
import { RetentionTab } from './retention-tab.tsx';
import { SnapshotList } from './snapshot-list.tsx';
import { CostTab, OrphansTab } from './storage-tabs.tsx';

const TABS = ['list', 'cost', 'orphans', 'retention'] as const;
type TabName = (typeof TABS)[number];

export function SnapshotsPage() {
  const { t } = useI18n();
  const router = useRouter();
  const path = usePathname();
  const asked = useSearchParams().get('tab');
  const tab: TabName = TABS.find((one) => one === asked) ?? 'list';
  return (
    <>
      <PageHead title="nav.snapshots" />
      <Tabs
        value={tab}
        onChange={(next) => router.replace(next === 'list' ? path : `${path}?tab=${next}`, { scroll: false })}
        label={t('nav.snapshots')}
        className="grow"
        tabs={TABS.map((one) => ({ value: one, label: t(`store.tab.${one}`) }))}
      >
        <TabPanel value={tab} className="flex min-w-0 grow flex-col px-(--gutter) py-4">
          {tab === 'list' ? <SnapshotList /> : tab === 'cost' ? <CostTab /> : tab === 'orphans' ? <OrphansTab /> : <RetentionTab />}
        </TabPanel>
      </Tabs>
    </>
  );
}
