'use client';
/** Alarms: what fires now, what has ended, and the rules, channels and silences behind. The open tab is in the address. */
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { TabPanel, Tabs } from '../ui/tabs.tsx';
import { ChannelsTab } from './channels-tab.tsx';
import { FiringTab } from './firing-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { RulesTab } from './rules-tab.tsx';
import { SilencesTab } from './silences-tab.tsx';

const TABS = ['firing', 'history', 'rules', 'channels', 'silences'] as const;
type TabName = (typeof TABS)[number];
const MAKES = { rules: 'rule.new', channels: 'channel.new', silences: 'silence.new' } as const;

function useCounts(): Partial<Record<TabName, number | undefined>> {
  const firing = useQuery(routeQuery('listAlarms', keys.alarmList('firing-count'), { query: { state: 'firing', pageSize: 1 } }));
  const rules = useQuery(routeQuery('listAlarmRules', keys.alarmRules, {}));
  const channels = useQuery(routeQuery('listAlarmChannels', keys.alarmChannels, {}));
  const silences = useQuery(routeQuery('listAlarmSilences', keys.alarmSilences, {}));
  return {
    firing: firing.data?.total,
    rules: rules.data?.rules.length,
    channels: channels.data?.channels.length,
    silences: silences.data?.silences.filter((one) => one.isActive).length,
  };
}

export function AlarmsPage() {
  const { t, f } = useI18n();
  const isAdmin = useIsAdmin();
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const counts = useCounts();
  const asked = params.get('tab') as TabName | null;
  const tab: TabName = asked && TABS.includes(asked) ? asked : 'firing';
  const isMaking = params.get('new') !== null;
  const go = (next: string) => router.replace(next === 'firing' ? path : `${path}?tab=${next}`, { scroll: false });
  const dialog = { isOpen: isMaking, close: () => go(tab) };
  const makes = tab === 'firing' || tab === 'history' ? null : tab;
  const mayMake = isAdmin || makes === 'silences';
  const make = makes ? (
    <Button
      look="primary"
      icon={<Plus size={15} aria-hidden="true" />}
      offReason={mayMake ? null : t('common.adminOnly')}
      onClick={() => router.replace(`${path}?tab=${makes}&new=1`, { scroll: false })}
    >
      {t(MAKES[makes])}
    </Button>
  ) : null;
  return (
    <>
      <PageHead title="nav.alarms" actions={make} />
      <Tabs
        value={tab}
        onChange={go}
        label={t('nav.alarms')}
        className="grow"
        tabs={TABS.map((one) => ({
          value: one,
          label: t(`alarm.tab.${one}`),
          // A figure stands there from the start, so that the tabs behind do not move when it comes.
          count: one === 'history' ? undefined : counts[one] === undefined ? '–' : f.full(counts[one]),
        }))}
      >
        <TabPanel value={tab} className="flex min-w-0 grow flex-col bg-surface">
          {tab === 'firing' ? <FiringTab rules={counts.rules} /> : null}
          {tab === 'history' ? <HistoryTab /> : null}
          {tab === 'rules' ? <RulesTab making={dialog} /> : null}
          {tab === 'channels' ? <ChannelsTab making={dialog} /> : null}
          {tab === 'silences' ? <SilencesTab making={dialog} /> : null}
        </TabPanel>
      </Tabs>
    </>
  );
}
