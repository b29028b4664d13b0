'use client';
/** Makes or changes a rule: when, which jobs, whom to tell; and at once how often it would have fired in the last 7 days. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlarmRule } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { JobsPicker } from '../job/jobs-picker.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { useToast } from '../ui/toast.tsx';
import { CheckLine, Switch } from '../ui/toggle.tsx';
import { ConditionFields } from './condition-fields.tsx';
import { conditionOf, draftOf, isInRange, type RuleDraft, scopeOf, scopeProblem } from './rule-draft.ts';
import { RulePreview } from './rule-preview.tsx';

type Change = (part: Partial<RuleDraft>) => void;

export function RuleDialog({ rule, onClose }: { rule: AlarmRule | null; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(rule));
  const change: Change = (part) => setDraft((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const { name, channelIds, severity, isEnabled } = draft;
      const body = { name, condition: conditionOf(draft), scope: scopeOf(draft), channelIds: [...channelIds], severity, isEnabled };
      return rule ? call('changeAlarmRule', { params: { id: rule.id }, body }) : call('createAlarmRule', { body });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      toast({ title: t('rule.saved', { name: draft.name }) });
      onClose();
    },
  });
  const missing = scopeProblem(draft);
  const off = draft.name.trim() === '' ? t('rule.needsName') : missing ? t(missing) : isInRange(draft) ? null : t('rule.kind');
  return (
    <Dialog
      open
      onClose={onClose}
      title={rule ? t('rule.editTitle', { name: rule.name }) : t('rule.newTitle')}
      closeLabel={t('common.close')}
      width={680}
      footNote={off}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={save.isPending} offReason={off} onClick={() => save.mutate()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <div className="grid gap-4 sm:grid-cols-[1fr_160px]">
          <TextField
            label={t('rule.name')}
            required
            maxLength={64}
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
          <SelectField
            label={t('rule.severity')}
            value={draft.severity}
            options={(['critical', 'warning'] as const).map((value) => ({ value, label: t(`alarm.severity.${value}`) }))}
            onChange={(severity) => change({ severity })}
          />
        </div>
        <ConditionFields draft={draft} onChange={change} />
        <ScopeFields draft={draft} onChange={change} />
        <ChannelFields draft={draft} onChange={change} />
        <Switch checked={draft.isEnabled} onChange={(isEnabled) => change({ isEnabled })} label={t('rule.enabled')} />
        <RulePreview draft={draft} />
      </div>
    </Dialog>
  );
}

function ScopeFields({ draft, onChange }: { draft: RuleDraft; onChange: Change }) {
  const { t } = useI18n();
  return (
    <div className="flex flex-col gap-3">
      <SelectField
        label={t('rule.which')}
        value={draft.scope}
        options={(['all', 'tag', 'jobs'] as const).map((value) => ({ value, label: t(`rule.scope.${value}`) }))}
        onChange={(scope) => onChange({ scope })}
      />
      {draft.scope === 'jobs' ? <JobsPicker ids={draft.jobIds} onChange={(jobIds) => onChange({ jobIds })} label={t('alarm.job')} /> : null}
      {draft.scope === 'tag' ? (
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label={t('create.tagKey')}
            required
            maxLength={128}
            value={draft.tag.key}
            onChange={(event) => onChange({ tag: { ...draft.tag, key: event.target.value } })}
          />
          <TextField
            label={t('create.tagValue')}
            maxLength={255}
            value={draft.tag.value}
            onChange={(event) => onChange({ tag: { ...draft.tag, value: event.target.value } })}
          />
        </div>
      ) : null}
    </div>
  );
}

function ChannelFields({ draft, onChange }: { draft: RuleDraft; onChange: Change }) {
  const { t } = useI18n();
  const { data } = useQuery(routeQuery('listAlarmChannels', keys.alarmChannels, {}));
  const channels = data?.channels ?? [];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-hint font-medium text-text-2">{t('rule.tell')}</legend>
      {channels.map((channel) => (
        <CheckLine
          key={channel.id}
          label={channel.name}
          note={t(`channel.kind.${channel.target.kind}`)}
          checked={draft.channelIds.includes(channel.id)}
          onChange={(checked) =>
            onChange({ channelIds: checked ? [...draft.channelIds, channel.id] : draft.channelIds.filter((id) => id !== channel.id) })
          }
        />
      ))}
      {draft.channelIds.length === 0 ? (
        <p className="text-hint text-text-3">
          {t('rule.noChannel')} {data && channels.length === 0 ? t('rule.makeChannel') : ''}
        </p>
      ) : null}
    </fieldset>
  );
}
