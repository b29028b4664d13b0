'use client';
/** Rules: condition, jobs, channels, on or off. Administrators make, change and delete them; everybody may read them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { AlarmRule } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ConfirmDelete } from '../job/confirm-delete.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Empty, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { SmallSwitch } from '../ui/toggle.tsx';
import type { Making } from './making.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { conditionText, SEVERITY_HUE, scopeText } from './words.ts';

interface Acts {
  onEdit(rule: AlarmRule): void;
  onDelete(rule: AlarmRule): void;
}

function useSwitchRule(): (rule: AlarmRule, isEnabled: boolean) => void {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: ({ id, isEnabled }: { id: string; isEnabled: boolean }) => call('changeAlarmRule', { params: { id }, body: { isEnabled } }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.alarms }),
  });
  return (rule, isEnabled) => mutate({ id: rule.id, isEnabled });
}

function useColumns(channelNames: ReadonlyMap<string, string>, acts: Acts): readonly DataColumn<AlarmRule>[] {
  const { t, f } = useI18n();
  const isAdmin = useIsAdmin();
  const off = isAdmin ? null : t('common.adminOnly');
  const turn = useSwitchRule();
  return [
    {
      id: 'name',
      header: t('rule.name'),
      minWidth: 200,
      rowHeader: true,
      cell: (one) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-semibold">{one.name}</span>
          <span className="truncate text-second text-text-3">{conditionText(one.condition, t, f)}</span>
        </span>
      ),
    },
    { id: 'scope', header: t('rule.which'), minWidth: 140, cell: (one) => scopeText(one.scope, t) },
    {
      id: 'channels',
      header: t('rule.channels'),
      minWidth: 140,
      hide: 'max-lg:hidden',
      cell: (one) =>
        one.channelIds.map((id) => channelNames.get(id) ?? '--').join(', ') || <span className="text-text-3">{t('alarm.nobody')}</span>,
    },
    {
      id: 'severity',
      header: t('rule.severity'),
      width: 100,
      hide: 'max-lg:hidden',
      cell: (one) => <Tag hue={SEVERITY_HUE[one.severity]}>{t(`alarm.severity.${one.severity}`)}</Tag>,
    },
    { id: 'firing', header: t('rule.firing'), width: 80, align: 'right', cell: (one) => f.full(one.firing) },
    {
      id: 'on',
      header: t('common.on'),
      width: 70,
      cell: (one) => (
        <SmallSwitch
          checked={one.isEnabled}
          label={t('rule.switch', { name: one.name })}
          offReason={off}
          onChange={(next) => turn(one, next)}
        />
      ),
    },
    {
      id: 'operation',
      header: t('col.operation'),
      width: 140,
      align: 'right',
      stick: 'right',
      cell: (one) => <RuleActs rule={one} off={off} acts={acts} />,
    },
  ];
}

function RuleActs({ rule, off, acts }: { rule: AlarmRule; off: string | null; acts: Acts }) {
  const { t } = useI18n();
  const act = (label: string, run: (rule: AlarmRule) => void) => (
    <Button look="link" size="sm" offReason={off} aria-label={t('act.of', { act: label, name: rule.name })} onClick={() => run(rule)}>
      {label}
    </Button>
  );
  return (
    <span className="inline-flex gap-3">
      {act(t('act.edit'), acts.onEdit)}
      {act(t('common.delete'), acts.onDelete)}
    </span>
  );
}

export function RulesTab({ making }: { making: Making }) {
  const { t } = useI18n();
  const [editing, setEditing] = useState<AlarmRule | null>(null);
  const [deleting, setDeleting] = useState<AlarmRule | null>(null);
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAlarmRules', keys.alarmRules, {}));
  const channels = useQuery(routeQuery('listAlarmChannels', keys.alarmChannels, {}));
  const names = useMemo(() => new Map((channels.data?.channels ?? []).map((one) => [one.id, one.name])), [channels.data]);
  const acts = useMemo(() => ({ onEdit: setEditing, onDelete: setDeleting }), []);
  const columns = useColumns(names, acts);
  return (
    <>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <DataTable
        label={t('alarm.tab.rules')}
        columns={columns}
        rows={data?.rules ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.name}
        loading={isPending}
        skeletonRows={4}
        empty={error ? null : <Empty icon={<BellRing size={18} aria-hidden="true" />}>{t('rule.empty')}</Empty>}
      />
      {making.isOpen ? <RuleDialog rule={null} onClose={making.close} /> : null}
      {editing ? <RuleDialog rule={editing} onClose={() => setEditing(null)} /> : null}
      {deleting ? (
        <ConfirmDelete
          title={t('rule.deleteTitle', { name: deleting.name })}
          note={t('rule.deleteNote')}
          deleted={t('rule.deleted', { name: deleting.name })}
          queryKey={keys.alarms}
          remove={() => call('deleteAlarmRule', { params: { id: deleting.id } })}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </>
  );
}
